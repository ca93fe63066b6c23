import type { Socket } from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'
import type { Alpn } from './upstream-tls.ts'

const TIMEOUT_MS = 30_000

export type ClientTls =
  | { readonly ok: true; readonly socket: TLSSocket }
  /** It did not go on with the session's certificate. `cause`: a few words for its row. */
  | { readonly ok: false; readonly cause: string }

/** Ends the TLS of a client, whose hello is read already. */
export function endClientTls(
  socket: Socket,
  hello: Buffer,
  secureContext: SecureContext,
  alpn: Alpn,
): Promise<ClientTls> {
  return new Promise((resolve) => {
    // What lies in its buffer is read before what comes.
    if (hello.length > 0) socket.unshift(hello)
    const secured = new TLSSocket(socket, {
      isServer: true,
      secureContext,
      ...(alpn !== null && { ALPNProtocols: [alpn] }),
    })
    const settle = (result: ClientTls): void => {
      clearTimeout(timer)
      secured.off('end', onEnd).off('close', onEnd)
      resolve(result)
    }
    const fail = (cause: string): void => {
      settle({ ok: false, cause })
      secured.destroy()
      socket.destroy()
    }
    // Node's own clients verify when the handshake is done, and say nothing when they go.
    const onEnd = (): void => fail("the client closed at this session's certificate")
    const timer = setTimeout(() => fail('the client did not complete its TLS handshake'), TIMEOUT_MS)
    secured.on('error', (error: NodeJS.ErrnoException) => fail(refusalCause(error.code ?? '')))
    secured.on('end', onEnd).on('close', onEnd)
    secured.once('secure', () => {
      // Of sockets that none of its own servers accepted, Node does not say so itself, nor tell of later errors.
      Object.assign(secured, { secureConnecting: false })
      secured.on('_tlsError', () => secured.destroy())
      settle({ ok: true, socket: secured })
    })
  })
}

/** OpenSSL's code for an alert: `ERR_SSL_TLSV1_ALERT_UNKNOWN_CA`. Our words, from its own alphabet. */
function refusalCause(code: string): string {
  const alert = /^ERR_SSL_(?:TLSV1|TLSV13|SSLV3)_ALERT_([A-Z_]{1,40})$/.exec(code)?.[1]
  if (alert === undefined) return `no TLS with the client (${code === '' ? 'error' : code})`
  return `the client does not trust this session's authority (${alert.toLowerCase()})`
}
