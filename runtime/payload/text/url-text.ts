import { isIP } from 'node:net'
import type { Placed, Readiness } from './found.ts'
import { canonicalHost } from './host-text.ts'
import { isMereIdentifier, nameKind } from './known-name.ts'

/** A URL in a text. Where it only names something (a namespace, a scope), `isPlace` is false. */
export interface PlacedUrl extends Placed {
  readonly isPlace: boolean
}

/** URLs in a text, in order, also without a scheme (`//host/x`) and as lenient readers take them (`https:\\host`). */
export function urls(text: string, readiness: Readiness): PlacedUrl[] {
  const found: PlacedUrl[] = []
  let end = 0
  for (let at = text.indexOf('/'); at >= 0; at = text.indexOf('/', at + 1)) {
    if (at < end || !MAY_PRECEDE.has(text.charCodeAt(at - 1))) continue
    const url = urlAt(text, at, readiness)
    if (url === null) continue
    found.push(url)
    end = url.end
  }
  if (!text.includes(':\\')) return found
  for (let at = text.indexOf(':\\'); at >= 0; at = text.indexOf(':\\', at + 1)) {
    const url = urlAt(text, at + 1, readiness)
    if (url !== null) found.push(url)
  }
  return found.sort((one, other) => one.start - other.start)
}

/**
 * A text that is one URL as URL parsers forgive it (WHATWG URL, 4.4): without slashes (`https:host/x`), or with tabs or
 * line breaks in its host. As it is read there; null for any other text.
 */
export function forgivenUrl(text: string): string | null {
  if (text.length > MAX_URL) return null
  const [, scheme = '', slashes = '', rest = ''] = FORGIVEN.exec(text.trim()) ?? []
  if (rest === '' || (slashes !== '' && !BROKEN_HOST.test(rest))) return null
  const joined = rest.replace(/[\t\r\n]+/g, '')
  const host = canonicalHost(HOST.exec(joined.replace(/^[^/\\?#]*@/, ''))?.[1] ?? '')
  return host !== null && isKnown(host) ? `${scheme}://${joined}` : null
}

const FORGIVEN = /^(https?|wss?|ftp):([\\/]*)([^\\/\s][^ ]*)$/i
const BROKEN_HOST = /^[^/\\?#:]*[\t\r\n]/

/** A scheme's colon; and what stands before a URL without one, the text's beginning too. */
const MAY_PRECEDE = new Set([...':\t\n\r "\'=(<>,[`'].map((one) => one.charCodeAt(0))).add(Number.NaN)
const MAX_URL = 2048
const MAX_PATH = 512
const SCHEME_END = /(?:^|[^a-z0-9+.-])([a-z][a-z0-9+.-]{1,30}):$/i
/** URL parsers take any number of slashes, either way round, for these (WHATWG URL, special schemes). */
const LENIENT = new Set(['http', 'https', 'ws', 'wss', 'ftp'])
const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  http: '80',
  https: '443',
  ws: '80',
  wss: '443',
  ftp: '21',
}
/** Not places on a network, or fetched by nobody but a version control system. */
const NO_PLACE =
  /^(?:file|data|urn|about|npm|node|git|ssh|git\+.*|chrome.*|moz-.*|android-app|jar|vscode.*|package)$/

/** A URL whose slashes begin at `at`. */
function urlAt(text: string, at: number, readiness: Readiness): PlacedUrl | null {
  const scheme = schemeBefore(text, at)
  if (scheme === null || NO_PLACE.test(scheme.name)) return null
  const slashes = /^[\\/]+/.exec(text.slice(at, at + 8))?.[0] ?? ''
  if (LENIENT.has(scheme.name) && scheme.written ? slashes.startsWith('\\/') : slashes !== '//') return null
  const from = at + slashes.length
  const rest = text.slice(from, from + MAX_URL)
  const authority = AUTHORITY.exec(rest)?.[0] ?? ''
  const hostAt = authority.lastIndexOf('@') + 1
  const [, written = '', port = ''] = HOST.exec(authority.slice(hostAt)) ?? []
  const host = canonicalHost(written)
  if (host === null) return null
  const length = authority.slice(0, hostAt).length + written.length + (port === '' ? 0 : port.length + 1)
  const path = length === authority.length ? pathAfter(rest.slice(length)) : ''
  const pathname = normalPath(path)
  if (!scheme.written && !isKnown(host)) return null
  const shown = port === '' || port === DEFAULT_PORTS[scheme.name] ? '' : `:${Number(port)}`
  const value = `${scheme.name}://${host}${shown}${pathname}`
  const place = readiness === 'any' || isSurePlace(text, scheme, host, pathname)
  return { kind: 'url', value, start: scheme.start, end: from + Math.max(length, hostAt), isPlace: place }
}

const AUTHORITY = /^[^\s/\\?#"<>`]+/
const HOST = /^(\[[0-9a-f:.]{2,45}\]|[^\s:,;()[\]{}<>"'|^*!$&=+@]+)(?::(\d{1,5}))?/iu

interface Scheme {
  readonly name: string
  readonly start: number
  /** False where only `//` stands. */
  readonly written: boolean
}

function schemeBefore(text: string, at: number): Scheme | null {
  if (text[at - 1] === ':') {
    const name = SCHEME_END.exec(text.slice(Math.max(0, at - 34), at))?.[1]
    return name === undefined
      ? null
      : { name: name.toLowerCase(), start: at - 1 - name.length, written: true }
  }
  if (text[at + 1] !== '/' || text[at - 1] === ':') return null
  return { name: 'https', start: at, written: false }
}

/** Of a URL's rest behind its authority; what ends a sentence or a bracket around it is not its own. */
function pathAfter(rest: string): string {
  const path = /^[\\/][^\s?#"'<>`{}|^]*/.exec(rest)?.[0] ?? ''
  return path.slice(0, Math.min(MAX_PATH, bracketEnd(path))).replace(/[.,;:!?*\]]+$/, '')
}

/** Where the bracket around the whole closes, if one does. */
function bracketEnd(path: string): number {
  let depth = 0
  for (let at = path.search(/[()]/); at >= 0 && at < path.length; at++) {
    if (path[at] === '(') depth++
    else if (path[at] === ')' && --depth < 0) return at
  }
  return path.length
}

function normalPath(path: string): string {
  try {
    return new URL(`http://a${path}`).pathname
  } catch {
    return '/'
  }
}

function isKnown(host: string): boolean {
  return host.startsWith('[') || isIP(host) !== 0 || nameKind(host) !== 'unknown'
}

function isSurePlace(text: string, scheme: Scheme, host: string, path: string): boolean {
  if (XMLNS.test(text.slice(Math.max(0, scheme.start - 48), scheme.start))) return false
  return isKnown(host) && !LOOPBACK.test(host) && !isMereIdentifier(host, path)
}

const XMLNS = /\bxmlns(?::[\w.-]+)?\s*=\s*\\?["']$/i
const LOOPBACK = /^127\.|^\[::1\]$|^0\.0\.0\.0$/
