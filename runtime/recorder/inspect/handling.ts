import type { Inspect } from '../../model/profile.ts'
import type { Mode } from '../../model/verdict.ts'
import type { FirstBytes } from '../../protocol/first-bytes.ts'

/** What is done with a connection that may be made: its requests are read, or it passes unread, or it is denied after all. */
export type Handling = 'read' | 'pass' | 'refuse'

export interface HandlingFacts {
  readonly mode: Mode
  readonly inspect: Inspect
  /** The flow's, as far as it holds. */
  readonly name: string | null
  readonly first: FirstBytes
  /** The profile declares mails there. */
  readonly smtp: boolean
  /** The session reads requests at all, and no client has refused to be read for this name. */
  readonly readable: boolean
}

export function handlingOf({ mode, inspect, name, first, smtp, readable }: HandlingFacts): Handling {
  if (inspect === 'no') return 'pass'
  const otherwise = passesUnread(inspect, mode) ? 'pass' : 'refuse'
  if (name === null || !readable) return otherwise
  if (smtp || first.kind === 'http') return 'read'
  if (first.kind !== 'tls') return otherwise
  // Where protocols are offered, one of them has to be HTTP.
  return first.alpn.length === 0 || readableProtocols(first.alpn).length > 0 ? 'read' : otherwise
}

/** Whether what cannot be read is let through all the same. */
export function passesUnread(inspect: Inspect, mode: Mode): boolean {
  return inspect === 'try' || mode === 'monitor'
}

/** What a client offers and can be read, in the client's order. */
export function readableProtocols(offer: readonly string[]): readonly ('h2' | 'http/1.1')[] {
  return offer.filter((protocol) => protocol === 'h2' || protocol === 'http/1.1')
}
