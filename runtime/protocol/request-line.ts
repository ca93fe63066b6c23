import { type Authority, readAuthority } from './authority.ts'

export interface AbsoluteTarget {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
}

export interface RequestLine {
  readonly method: string
  readonly target: string
  readonly version: '1.0' | '1.1'
  /** Where the target is a whole URL, as a client gives it to a proxy. */
  readonly absolute: AbsoluteTarget | null
  /** Where the method is CONNECT. */
  readonly authority: { readonly host: string; readonly port: number } | null
}

/** `maybe`: a request line may still come of it. `ended`: it has its line end, and says HTTP/1 or another version. */
export type LineStart = 'maybe' | 'ended' | 'not-http'

/**
 * Whether bytes can be the start of an HTTP/1 request (RFC 9112 3), from the first byte on: a method, a space, a
 * target in one of its forms. What does not end in `HTTP/…` was something else. Looks at the line's two ends only,
 * since it is asked again for each segment.
 */
export function judgeLineStart(bytes: Buffer): LineStart {
  let at = 0
  while (at < bytes.length && at <= MAX_METHOD && TOKEN.has(bytes[at] ?? 0)) at++
  if (at === bytes.length) return at <= MAX_METHOD ? 'maybe' : 'not-http'
  if (at === 0 || at > MAX_METHOD || bytes[at] !== 0x20) return 'not-http'
  const method = bytes.toString('latin1', 0, at)
  if (!canStartTarget(method, bytes.toString('latin1', at + 1, at + 9))) return 'not-http'
  const end = bytes.indexOf(0x0a)
  if (end === -1) return 'maybe'
  const tail = bytes.toString('latin1', Math.max(at, end - 12), end)
  return / HTTP\/[0-9.]{1,4}[\r ]{0,2}$/.test(tail) ? 'ended' : 'not-http'
}

/** Reads a whole request line without its line end; null if malformed. */
export function readRequestLine(line: string): RequestLine | null {
  const parts = REQUEST_LINE.exec(line)
  if (parts === null) return null
  const [, method = '', target = '', minor] = parts
  const base = {
    method,
    target,
    version: minor === '0' ? '1.0' : '1.1',
    absolute: null,
    authority: null,
  } as const
  if (method === 'CONNECT') {
    const authority = readAuthority(target)
    return authority?.port ? { ...base, authority: { host: authority.host, port: authority.port } } : null
  }
  if (target === '*') return method === 'OPTIONS' ? base : null
  if (target.startsWith('/')) return base
  const url = ABSOLUTE.exec(target)
  const scheme = url?.[1]?.toLowerCase() === 'https' ? 'https' : 'http'
  const authority: Authority | null = readAuthority(url?.[2] ?? '')
  if (authority === null) return null
  const port = authority.port ?? (scheme === 'https' ? 443 : 80)
  return { ...base, absolute: { scheme, host: authority.host, port } }
}

const MAX_METHOD = 32
/** tchar (RFC 9110 5.6.2). */
const TOKEN: ReadonlySet<number> = new Set(
  Buffer.from("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
)
/** Visible ASCII makes the target; a fragment is never sent. */
const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) ([!"$-~]+) HTTP\/1\.([01])$/
const ABSOLUTE = /^(https?):\/\/([^/?]*)(?:[/?]|$)/i

function canStartTarget(method: string, start: string): boolean {
  if (start === '' || method === 'CONNECT') return true
  if (start.startsWith('/') || start.startsWith('*')) return true
  const text = start.toLowerCase()
  return ['http://', 'https://'].some((scheme) => scheme.startsWith(text) || text.startsWith(scheme))
}
