import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Channel } from '../../tap/channel.ts'
import type { DialResult } from '../dial.ts'
import { type CarriedStream, carryStream } from './carried-stream.ts'
import type { FromRecorder, LoopbackData, ToRecorder } from './messages.ts'

export type DialLoopback = (port: number) => Promise<DialResult>

/**
 * The recorder's side: connections to the loopback of mcp-run's machine. What the relay gets is a socket like any
 * other, to a listener of this process, whose far side is carried over the channel.
 */
export function loopbackDialler(channel: Channel<ToRecorder, FromRecorder>): DialLoopback {
  const streams = new Map<number, CarriedStream>()
  const asked = new Map<number, (code: string | null) => void>()
  let count = 0
  channel.on('loopback-dialled', ({ stream, code }) => {
    asked.get(stream)?.(code)
    asked.delete(stream)
  })
  const take = (message: LoopbackData): void => streams.get(message.stream)?.take(message)
  for (const kind of ['loopback-data', 'loopback-end', 'loopback-reset', 'loopback-taken'] as const)
    channel.on(kind, take)
  return async (port) => {
    const stream = ++count
    const answered = new Promise<string | null>((resolve) => asked.set(stream, resolve))
    channel.send({ kind: 'loopback-dial', stream, port })
    const code = await answered
    if (code !== null) return { ok: false, code }
    const { near, far } = await socketPair()
    streams.set(
      stream,
      carryStream(stream, far, channel.send, () => streams.delete(stream)),
    )
    return { ok: true, socket: near, address: '127.0.0.1' }
  }
}

/** Two ends of one connection, and nobody else can have come between. */
async function socketPair(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const near = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  const connected = once(near, 'connect')
  for (;;) {
    const [far] = (await once(server, 'connection')) as [Socket]
    await connected
    if (far.remotePort === near.localPort) {
      server.close()
      return { near, far }
    }
    far.destroy()
  }
}
