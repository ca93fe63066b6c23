import type { Socket } from 'node:net'
import type { StreamData } from './messages.ts'

/** Bytes under way in one direction of a stream; then its sender waits. */
const WINDOW_BYTES = 1024 * 1024
const PIECE_BYTES = 64 * 1024

/** One end of a connection that is carried over a channel: the socket here, and the messages to and from there. */
export interface CarriedStream {
  take(message: StreamData): void
}

export function carryStream(
  stream: string,
  socket: Socket,
  send: (message: StreamData) => void,
  onClosed: () => void,
): CarriedStream {
  let underWay = 0
  let ended = false
  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      send({ kind: 'stream-data', stream, data: chunk.subarray(at, at + PIECE_BYTES).toString('base64') })
    }
    underWay += chunk.length
    if (underWay >= WINDOW_BYTES) socket.pause()
  })
  socket.on('end', () => {
    ended = true
    send({ kind: 'stream-end', stream })
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    if (!ended || socket.errored !== null) send({ kind: 'stream-reset', stream })
    onClosed()
  })
  return {
    take: (message) => {
      if (message.kind === 'stream-data') {
        const bytes = Buffer.from(message.data, 'base64')
        socket.write(bytes, () => send({ kind: 'stream-taken', stream, bytes: bytes.length }))
      } else if (message.kind === 'stream-end') socket.end()
      else if (message.kind === 'stream-reset') socket.resetAndDestroy()
      else {
        underWay -= message.bytes
        if (underWay < WINDOW_BYTES) socket.resume()
      }
    },
  }
}
