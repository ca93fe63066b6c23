import type { HeaderField } from './header-field.ts'

/** How long a request's body is (RFC 9112 6): so many bytes, or chunks up to the last one. */
export type HttpBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }

/**
 * A request's framing, or null where two readers could take it for two different lengths: both headers, one of
 * them twice, a list of lengths, codings other than `chunked` alone, chunks in HTTP/1.0.
 */
export function readBodyFraming(fields: readonly HeaderField[], version: '1.0' | '1.1'): HttpBody | null {
  const framing = fields.filter(([name]) => name === 'content-length' || name === 'transfer-encoding')
  const [first] = framing
  if (first === undefined) return { kind: 'none' }
  if (framing.length > 1) return null
  const [name, value] = first
  if (name === 'transfer-encoding') {
    return value.toLowerCase() === 'chunked' && version === '1.1' ? { kind: 'chunked' } : null
  }
  // 15 digits are exact as a number.
  return /^[0-9]{1,15}$/.test(value) ? { kind: 'length', bytes: Number(value) } : null
}
