import { type Authority, readAuthority } from './authority.ts'
import { type HttpBody, readBodyFraming } from './body-framing.ts'
import { type HeaderField, readHeaderFields } from './header-field.ts'
import { FIRST_BYTES_LIMIT } from './limit.ts'
import { type AbsoluteTarget, judgeLineStart, readRequestLine } from './request-line.ts'

/** The head of one HTTP/1 request (RFC 9112). */
export interface HttpHead {
  readonly kind: 'http'
  readonly method: string
  /** As it was sent: visible ASCII, up to the head's limit. `redactedPath` makes it fit to store. */
  readonly target: string
  readonly version: '1.0' | '1.1'
  /** The Host header: normalised name or canonical address. Null only in HTTP/1.0, which may go without. */
  readonly host: string | null
  readonly hostPort: number | null
  /** Where the target is a whole URL. It may name another host than the header does: that is for the judge. */
  readonly absolute: AbsoluteTarget | null
  /** Where the method is CONNECT. */
  readonly authority: { readonly host: string; readonly port: number } | null
  /** The Upgrade header in lower case: `websocket`, `h2c`. */
  readonly upgrade: string | null
  /** What follows the head and still belongs to this request. */
  readonly body: HttpBody
  /** Bytes of the head, its empty line included. */
  readonly headBytes: number
}

export type HttpHeadResult =
  | { readonly kind: 'need-more' }
  | HttpHead
  /** The connection preface of HTTP/2 without TLS (RFC 9113 3.4). */
  | { readonly kind: 'h2c' }
  | { readonly kind: 'not-http' }
  | { readonly kind: 'malformed'; readonly what: string }

/**
 * Reads a request head at the start of the bytes. Strict: whatever two servers are known to read differently is
 * malformed. Once it has decided, further bytes do not change the result.
 */
export function readHttpHead(bytes: Buffer): HttpHeadResult {
  const window = bytes.subarray(0, FIRST_BYTES_LIMIT)
  const preface = Math.min(window.length, PREFACE.length)
  if (window.subarray(0, preface).equals(PREFACE.subarray(0, preface))) {
    return preface === PREFACE.length ? { kind: 'h2c' } : { kind: 'need-more' }
  }
  const start = judgeLineStart(window)
  if (start === 'not-http') return { kind: 'not-http' }
  const end = start === 'ended' ? headEnd(window) : null
  if (typeof end === 'string') return malformed(end)
  if (end !== null) return readHead(window.toString('latin1', 0, end))
  if (window.length < FIRST_BYTES_LIMIT) return { kind: 'need-more' }
  return start === 'ended' ? malformed('head too long') : { kind: 'not-http' }
}

/** Bounds the walk over lines, which is repeated for each segment. */
const MAX_LINES = 256
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

function malformed(what: string): HttpHeadResult {
  return { kind: 'malformed', what }
}

/** Where the empty line ends; null if it has not come; what is wrong if no head can come of it. */
function headEnd(bytes: Buffer): number | string | null {
  let lineStart = 0
  for (let lines = 0; lines < MAX_LINES; lines++) {
    const end = bytes.indexOf(0x0a, lineStart)
    if (end === -1) return null
    if (bytes[end - 1] !== 0x0d) return 'line end'
    if (end - lineStart === 1) return end + 1
    lineStart = end + 1
  }
  return 'too many headers'
}

function readHead(text: string): HttpHeadResult {
  const lineEnd = text.indexOf('\r\n')
  const line = readRequestLine(text.slice(0, lineEnd))
  if (line === null) return malformed('request line')
  const headers = readHeaderFields(text.slice(lineEnd + 2, -2))
  if (!headers.ok) return malformed(headers.what)
  const host = readHost(headers.fields, line.version)
  if (host === null) return malformed('Host')
  const body = readBodyFraming(headers.fields, line.version)
  if (body === null) return malformed('body length')
  const upgrade = readUpgrade(headers.fields)
  return {
    kind: 'http',
    ...line,
    host: host.host,
    hostPort: host.port,
    upgrade,
    body,
    headBytes: text.length,
  }
}

/** One Host header, well formed; none only in HTTP/1.0 (RFC 9112 3.2). */
function readHost(
  fields: readonly HeaderField[],
  version: '1.0' | '1.1',
): Authority | { readonly host: null; readonly port: null } | null {
  const hosts = fields.filter(([name]) => name === 'host')
  if (hosts.length === 0) return version === '1.0' ? { host: null, port: null } : null
  return hosts.length === 1 ? readAuthority(hosts[0]?.[1] ?? '') : null
}

function readUpgrade(fields: readonly HeaderField[]): string | null {
  const values = fields.filter(([name]) => name === 'upgrade').map(([, value]) => value.toLowerCase())
  return values.length === 0 ? null : values.join(', ').slice(0, 256)
}
