import type { Socket } from 'node:net'
import { readTunnelAnswer } from '../protocol/tunnel-answer.ts'

/** A proxy that did not do what it was asked for; the message is what a row says of it. */
export class ProxyProblem extends Error {}

/**
 * Asks for a tunnel to `place` (RFC 9110, 9.3.6). Resolves when the socket leads there, with all that came through
 * it still to be read. Rejects with a ProxyProblem, or with the socket's own error.
 */
export function openTunnel(socket: Socket, place: string, authorization: string | null): Promise<void> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0)
    const settle = (error: Error | null): void => {
      socket.off('data', onData).off('end', onEnd).off('close', onEnd).off('error', settle)
      socket.pause()
      if (error === null) resolve()
      else reject(error)
    }
    const onEnd = (): void => settle(new ProxyProblem('proxy closed the connection'))
    const onData = (chunk: Buffer): void => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const answer = readTunnelAnswer(received)
      if (answer.kind === 'need-more') return
      if (answer.kind === 'malformed') settle(new ProxyProblem('proxy: not an HTTP answer'))
      else if (answer.kind === 'refused') settle(new ProxyProblem(`proxy refused: ${answer.status}`))
      else {
        settle(null)
        // A server that speaks first may have done so already.
        if (received.length > answer.bytes) socket.unshift(received.subarray(answer.bytes))
      }
    }
    socket.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', settle)
    const credentials = authorization === null ? '' : `Proxy-Authorization: ${authorization}\r\n`
    socket.write(`CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\n${credentials}\r\n`)
  })
}
