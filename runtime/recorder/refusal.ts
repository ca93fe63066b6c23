import type { Socket } from 'node:net'
import type { Explanation } from './explanation.ts'
import type { Opening } from './first-bytes.ts'
import { http2Refusal, httpRefusal, tlsRefusal } from './refusal-bytes.ts'

/** A client that goes on sending is listened to this long, so that it comes to read the answer. */
const LINGER_MS = 2000

/**
 * Ends a connection that goes nowhere so that its client can tell a refusal from a fault: an alert to TLS, an
 * answer to HTTP, a reset to the rest.
 */
export function refuse(socket: Socket, opening: Opening, explanation: Explanation): void {
  if (socket.destroyed) return
  const answer = answerTo(opening, explanation)
  if (answer === null) {
    socket.resetAndDestroy()
    return
  }
  socket.end(answer)
  // What is left unread makes the kernel's close a reset, and the answer is lost with it.
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
}

function answerTo({ first, bytes }: Opening, explanation: Explanation): Buffer | null {
  if (first.kind === 'http') return httpRefusal(explanation, first.method === 'HEAD')
  if (first.kind === 'malformed' && first.protocol === 'http') return httpRefusal(explanation, false)
  if (first.kind === 'h2c') return http2Refusal(explanation)
  // A hello that never became whole is a hello all the same.
  return bytes[0] === TLS_HANDSHAKE ? tlsRefusal(explanation) : null
}

/** RFC 8446, 5.1: the type of the record that a ClientHello comes in. */
const TLS_HANDSHAKE = 22
