import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Channel } from '../../tap/channel.ts'
import type { DialResult } from '../dial.ts'
import { type CarriedStream, carryStream } from './carried-stream.ts'
import type { StreamData, StreamMessage } from './messages.ts'

/** Reaches a port of a loopback that is not this process's own. */
export type DialPort = (port: number) => Promise<DialResult>

const DATA_KINDS = ['stream-data', 'stream-end', 'stream-reset', 'stream-taken'] as const

/**
 * Connections over a channel, in both directions. What the other side asks for, `serve` makes; what this side asks
 * for comes as a socket like any other, to a listener of this process, whose far side is carried.
 */
export function carriedStreams(
  channel: Channel<StreamMessage, StreamMessage>,
  side: 'host' | 'recorder',
  serve: DialPort,
): DialPort {
  const streams = new Map<string, CarriedStream>()
  const asked = new Map<string, (code: string | null) => void>()
  let count = 0
  const carry = (stream: string, socket: Socket): void => {
    const carried = carryStream(stream, socket, channel.send, () => streams.delete(stream))
    streams.set(stream, carried)
  }
  channel.on('stream-dial', async ({ stream, port }) => {
    const dialled = await serve(port)
    if (dialled.ok) carry(stream, dialled.socket)
    channel.send({ kind: 'stream-dialled', stream, code: dialled.ok ? null : dialled.code })
  })
  channel.on('stream-dialled', ({ stream, code }) => {
    asked.get(stream)?.(code)
    asked.delete(stream)
  })
  const take = (message: StreamData): void => streams.get(message.stream)?.take(message)
  for (const kind of DATA_KINDS) channel.on(kind, take)
  return async (port) => {
    const stream = `${side}-${++count}`
    const { near, far } = await socketPair()
    // It may be reset before anybody listens to it.
    near.on('error', () => undefined)
    // Before the answer: its first bytes may come with it.
    carry(stream, far)
    const answered = new Promise<string | null>((resolve) => asked.set(stream, resolve))
    channel.send({ kind: 'stream-dial', stream, port })
    const code = await Promise.race([answered, channel.ended.then(() => 'ECONNABORTED')])
    if (code === null && !near.destroyed) return { ok: true, socket: near, address: '127.0.0.1' }
    streams.delete(stream)
    near.destroy()
    return { ok: false, code: code ?? 'ECONNRESET' }
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
