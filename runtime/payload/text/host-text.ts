import { isIP } from 'node:net'
import { normaliseName } from '../../model/name.ts'
import { CharClass } from './char-class.ts'
import type { Placed, Readiness } from './found.ts'
import { hasSureShape, isSureName, nameKind } from './known-name.ts'

/**
 * The canonical text of a host as a URL has it: a normalised name, or an address, in any spelling that a URL's host
 * parser reads (`0x7f.1`, `2130706433`), IPv6 in brackets. Null for what is none.
 */
export function canonicalHost(text: string): string | null {
  if (text === '' || text.length > MAX_HOST) return null
  const name = PLAIN_NAME.test(text) ? normaliseName(text) : null
  if (name !== null) return name
  try {
    const { hostname } = new URL(`http://${text.replace(/\.$/, '')}/`)
    return hostname.startsWith('[') || isIP(hostname) === 4 ? hostname : normaliseName(hostname)
  } catch {
    return null
  }
}

/** Hosts that stand in a text without a scheme, those outside `taken` (in order). */
export function bareHosts(text: string, readiness: Readiness, taken: readonly Placed[]): Placed[] {
  const found: Placed[] = []
  let next = 0
  let end = 0
  for (let dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', Math.max(end, dot + 1))) {
    if (!TOKEN.has(text.charCodeAt(dot + 1))) continue
    while (next < taken.length && (taken[next]?.end ?? 0) <= dot) next++
    const range = taken[next]
    if (range !== undefined && range.start <= dot) {
      end = range.end
      continue
    }
    const start = TOKEN.runStart(text, dot, Math.max(end, dot - MAX_TOKEN))
    end = TOKEN.runEnd(text, dot + 1, dot + MAX_TOKEN)
    const host = hostOf(text, start, end, readiness)
    if (host !== null) found.push({ kind: 'host', value: host, start, end })
  }
  if (readiness === 'any' && text.includes(':')) found.push(...bareIpv6(text, taken))
  return found
}

const MAX_HOST = 1024
const MAX_TOKEN = 255
const PLAIN_NAME = /^[^\s%/?#@:\\[\]]+$/
const TOKEN = new CharClass(/[A-Za-z0-9._-]/, true)
/** After a path's slash, a sigil or a call's dot it is part of something else. */
const BEFORE_SURE = /[/\\@$#&?%~+*]/
const AFTER_SURE = /[\\@$(=%*[]/

function hostOf(text: string, start: number, end: number, readiness: Readiness): string | null {
  const token = text.slice(start, end).replace(/^[.\-_]+|[.\-_]+$/g, '')
  if (token.length < 4 || !token.includes('.')) return null
  if (!LAST_LABEL.test(token) && readiness === 'sure') return null
  if (readiness === 'any') return anyHost(token)
  if (BEFORE_SURE.test(text[start - 1] ?? '') || AFTER_SURE.test(text[end] ?? '')) return null
  if (text[start - 1] === '=' && HEX_PAIR.test(token)) return null // quoted-printable
  // `System.Net` and `navigator.onLine` are code; names come in small letters or all in capitals.
  const small = token.toLowerCase()
  if (!hasSureShape(small) || (token !== small && token !== token.toUpperCase())) return null
  const name = normaliseName(token)
  return name !== null && isSureName(name) ? name : null
}

/** Of letters, by RFC 3696, 2. */
const LAST_LABEL = /\.(?:[^\W\d_]{2,}|xn--[\w-]+|[^.]*[^\x20-\x7e][^.]*)$/i
const HEX_PAIR = /^[0-9a-f]{2}/i

function anyHost(token: string): string | null {
  if (isIP(token) === 4 || HEX_ADDRESS.test(token)) return canonicalHost(token)
  const name = normaliseName(token)
  return name !== null && nameKind(name) !== 'unknown' ? name : null
}

const HEX_ADDRESS = /^0x[0-9a-f]+(?:\.|$)/i

function bareIpv6(text: string, taken: readonly Placed[]): Placed[] {
  const found: Placed[] = []
  for (const match of text.matchAll(IPV6_LIKE)) {
    if (isIP(match[0]) !== 6) continue
    if (taken.some(({ start, end }) => start <= match.index && match.index < end)) continue
    const value = canonicalHost(`[${match[0]}]`)
    if (value !== null) {
      found.push({ kind: 'host', value, start: match.index, end: match.index + match[0].length })
    }
  }
  return found
}

const IPV6_LIKE = /(?<![0-9A-Za-z:.])(?=[0-9a-f]{0,4}:[0-9a-f:]*:)[0-9a-f:.]{3,45}(?![0-9A-Za-z:])/gi
