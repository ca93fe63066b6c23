import type { Socket } from 'node:net'
import type { Reason } from '../model/verdict.ts'
import type { FirstBytes } from '../protocol/first-bytes.ts'

/** RFC 8446, 6: a fatal alert, access_denied(49), in a record of TLS 1.2's number, as all versions read it. */
const TLS_ACCESS_DENIED = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 49])

/**
 * Ends a denied connection so that its client can tell a refusal from a fault: an alert to TLS, a 403 to HTTP,
 * a reset to the rest. Only our own words are in it.
 */
export function refuse(socket: Socket, first: FirstBytes | null, reason: Reason): void {
  if (socket.destroyed) return
  if (first?.kind === 'tls') socket.end(TLS_ACCESS_DENIED, () => socket.destroySoon())
  else if (first?.kind === 'http') socket.end(forbidden(reason), () => socket.destroySoon())
  else socket.resetAndDestroy()
}

function forbidden(reason: Reason): string {
  const body = `mcp-run denied this request: ${reason}\n`
  return [
    'HTTP/1.1 403 Forbidden',
    'Content-Type: text/plain',
    `Content-Length: ${body.length}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}
