import type { Socket } from 'node:net'
import { connect, createSecureContext, rootCertificates, type SecureContext, type TLSSocket } from 'node:tls'
import { certificatesIn, pemOf } from '../../model/pem.ts'
import { tlsSessions } from './tls-sessions.ts'

const TIMEOUT_MS = 30_000

/** What HTTP is spoken, as ALPN names it (RFC 7301); null: none was agreed on, which means HTTP/1.1. */
export type Alpn = 'h2' | 'http/1.1' | null

export type SecuredUpstream =
  | { readonly ok: true; readonly socket: TLSSocket; readonly alpn: Alpn }
  /** `certificate`: it could not prove that it is who it was asked for. `code`: OpenSSL's or the system's. */
  | { readonly ok: false; readonly certificate: boolean; readonly code: string }

export interface UpstreamTls {
  /** Begins TLS on a connection to the destination of that name. What does not verify is closed. */
  secure(socket: Socket, name: string, offer: readonly string[]): Promise<SecuredUpstream>
  /** Reads the authorities now rather than at the first connection. */
  warm(): void
}

/** `authorities`: in PEM, beside Node's own list. When `over` is aborted, what is under way gives up. */
export function upstreamTls(authorities: readonly string[], over: AbortSignal): UpstreamTls {
  let context: SecureContext | null = null
  const sessions = tlsSessions()
  const trusting = (): SecureContext => {
    // Most of the two lists is the same, and each certificate takes its time.
    context ??= createSecureContext({ ca: pemOf(certificatesIn([...rootCertificates, ...authorities])) })
    return context
  }
  return {
    warm: trusting,
    secure: (socket, name, offer) =>
      new Promise((resolve) => {
        const known = sessions.of(name, offer)
        const secured = connect({
          socket,
          servername: name,
          secureContext: trusting(),
          ...(offer.length > 0 && { ALPNProtocols: [...offer] }),
          ...(known.ticket !== undefined && { session: known.ticket }),
        })
        known.keep(secured)
        const settle = (result: SecuredUpstream): void => {
          clearTimeout(timer)
          over.removeEventListener('abort', onOver)
          secured.off('close', onClose)
          resolve(result)
        }
        const fail = (code: string): void => {
          known.forget()
          // Set where the handshake succeeded and the certificate did not.
          const certificate = secured.authorizationError
          settle({
            ok: false,
            certificate: Boolean(certificate),
            code: certificate ? String(certificate) : code,
          })
          secured.destroy()
        }
        const onClose = (): void => fail('ECONNRESET')
        const onOver = (): void => fail('ECANCELED')
        const timer = setTimeout(() => fail('ETIMEDOUT'), TIMEOUT_MS)
        over.addEventListener('abort', onOver, { once: true })
        secured.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'TLS'))
        secured.once('close', onClose)
        secured.once('secureConnect', () => {
          const { alpnProtocol: agreed } = secured
          settle({
            ok: true,
            socket: secured,
            alpn: agreed === 'h2' || agreed === 'http/1.1' ? agreed : null,
          })
        })
        if (over.aborted) onOver()
      }),
  }
}
