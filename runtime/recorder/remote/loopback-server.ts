import type { Channel } from '../../tap/channel.ts'
import { dial } from '../dial.ts'
import { type CarriedStream, carryStream } from './carried-stream.ts'
import type { FromRecorder, LoopbackData, ToRecorder } from './messages.ts'

const LOOPBACK = ['127.0.0.1', '::1']

/** mcp-run's side: dials the declared ports of its own machine's loopback for a recorder elsewhere, and no others. */
export function serveLoopback(channel: Channel<FromRecorder, ToRecorder>, ports: readonly number[]): void {
  const streams = new Map<number, CarriedStream>()
  const over = new AbortController()
  void channel.ended.then(() => over.abort())
  channel.on('loopback-dial', async ({ stream, port }) => {
    const dialled = ports.includes(port)
      ? await dial(LOOPBACK, port, over.signal)
      : ({ ok: false, code: 'EACCES' } as const)
    channel.send({ kind: 'loopback-dialled', stream, code: dialled.ok ? null : dialled.code })
    if (!dialled.ok) return
    const carried = carryStream(stream, dialled.socket, channel.send, () => streams.delete(stream))
    streams.set(stream, carried)
  })
  const take = (message: LoopbackData): void => streams.get(message.stream)?.take(message)
  for (const kind of ['loopback-data', 'loopback-end', 'loopback-reset', 'loopback-taken'] as const)
    channel.on(kind, take)
}
