import { readClientHello, type TlsHello } from './client-hello.ts'
import { type HttpHead, readHttpHead } from './http-head.ts'

export { FIRST_BYTES_LIMIT } from './limit.ts'

/** What a client's first bytes are. `unknown`: neither TLS nor HTTP, said as early as the bytes show it. */
export type FirstBytes =
  | { readonly kind: 'need-more' }
  | TlsHello
  | HttpHead
  | { readonly kind: 'h2c' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'malformed'; readonly protocol: 'tls' | 'http'; readonly what: string }

/**
 * Give it all bytes so far, after each segment, until it no longer says `need-more`; at FIRST_BYTES_LIMIT bytes it
 * has decided. Further bytes do not change a decision. A client that stays silent is the caller's to time out.
 */
export function classifyFirstBytes(bytes: Buffer): FirstBytes {
  if (bytes.length === 0) return { kind: 'need-more' }
  // 0x16 opens a TLS handshake and cannot open an HTTP method: the first byte decides between them.
  if (bytes[0] === 0x16) {
    const hello = readClientHello(bytes)
    if (hello.kind === 'not-tls') return { kind: 'unknown' }
    return hello.kind === 'malformed' ? { ...hello, protocol: 'tls' } : hello
  }
  const head = readHttpHead(bytes)
  if (head.kind === 'not-http') return { kind: 'unknown' }
  return head.kind === 'malformed' ? { ...head, protocol: 'http' } : head
}
