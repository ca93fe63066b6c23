import { FIRST_BYTES_LIMIT } from './limit.ts'

/** What a proxy answers to CONNECT (RFC 9110, 9.3.6). */
export type TunnelAnswer =
  | { readonly kind: 'need-more' }
  /** What follows the first `bytes` came through the tunnel, whatever the fields say of a body. */
  | { readonly kind: 'opened'; readonly bytes: number }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'malformed' }

/** Give it all bytes so far, until it no longer says `need-more`; at FIRST_BYTES_LIMIT bytes it has decided. */
export function readTunnelAnswer(bytes: Buffer): TunnelAnswer {
  const text = bytes.toString('latin1', 0, FIRST_BYTES_LIMIT)
  let at = 0
  while (true) {
    const rest = text.slice(at)
    if (!START.startsWith(rest.slice(0, START.length))) return { kind: 'malformed' }
    const end = HEAD_END.exec(rest)
    if (end === null) return text.length < FIRST_BYTES_LIMIT ? { kind: 'need-more' } : { kind: 'malformed' }
    const status = Number(STATUS_LINE.exec(rest)?.[1] ?? 0)
    if (status < 100) return { kind: 'malformed' }
    at += end.index + end[0].length
    if (status >= 300) return { kind: 'refused', status }
    if (status >= 200) return { kind: 'opened', bytes: at }
    // An interim answer (RFC 9110, 15.2): the final one follows.
  }
}

const START = 'HTTP/1.'
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})[ \r\n]/
/** Some proxies end their lines with a line feed alone. */
const HEAD_END = /\r?\n\r?\n/
