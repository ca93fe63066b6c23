import type { TLSSocket } from 'node:tls'

/** One for each name and what is offered to it; when there are as many, all are forgotten. */
const MAX_SESSIONS = 512

/** What the next connection to a destination begins with. */
export interface KnownSession {
  /** Undefined: nothing is known of it. */
  readonly ticket: Buffer | undefined
  /** Keeps what this connection is given for the next one. */
  keep(secured: TLSSocket): void
  /** The next one begins anew. */
  forget(): void
}

/**
 * TLS sessions that are taken up again (RFC 8446, 2.2), as Node's own agent does: both sides are spared the certificate,
 * which was verified when the session was made, and is for as long as the destination lets it be taken up.
 */
export function tlsSessions() {
  const tickets = new Map<string, Buffer>()
  return {
    of: (name: string, offer: readonly string[]): KnownSession => {
      const key = `${name} ${offer.join()}`
      return {
        ticket: tickets.get(key),
        keep: (secured) => {
          let latest: Buffer | null = null
          const store = (): void => {
            if (latest === null || !secured.authorized) return
            if (tickets.size >= MAX_SESSIONS) tickets.clear()
            tickets.set(key, latest)
          }
          secured.on('session', (ticket: Buffer) => {
            latest = ticket
            store()
          })
          // In TLS 1.2 it comes before the certificate is known to be good.
          secured.once('secureConnect', store)
        },
        forget: () => tickets.delete(key),
      }
    },
  }
}
