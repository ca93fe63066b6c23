import { isIP } from 'node:net'
import { normaliseName } from '../../model/name.ts'
import { CharClass } from './char-class.ts'
import type { Placed, Readiness } from './found.ts'
import { canonicalHost } from './host-text.ts'
import { isSureName, nameKind } from './known-name.ts'

/** Mail addresses in a text, those whose `@` is outside `taken` (in order). */
export function mailAddresses(text: string, readiness: Readiness, taken: readonly Placed[]): Placed[] {
  const found: Placed[] = []
  let next = 0
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    while (next < taken.length && (taken[next]?.end ?? 0) <= at) next++
    if ((taken[next]?.start ?? at + 1) <= at) continue
    const domain = domainAfter(text, at + 1, readiness)
    if (domain === null) continue
    for (const { local, start } of localsBefore(text, at, readiness)) {
      const one = { kind: 'mail', value: `${local}@${domain.name}`, start, end: domain.end } as const
      if (readiness === 'any' || isSure(text, one, local, domain.name)) found.push(one)
    }
  }
  return found
}

interface Domain {
  readonly name: string
  readonly end: number
}

interface Local {
  /** In small letters, without quotes that it does not need. */
  readonly local: string
  readonly start: number
}

const MAX_LOCAL = 128
const MAX_DOMAIN = 300
const DOMAIN = new CharClass(/[A-Za-z0-9._-]/, true)
/** Of RFC 5322's atext, what addresses use; `=`, `/`, `?`, `&` and the like as often stand before one. */
const USUAL_LOCAL = new CharClass(/[A-Za-z0-9._%+'-]/, true)
const ANY_LOCAL = new CharClass(/[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]/, true)
const DOT_ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/

function domainAfter(text: string, from: number, readiness: Readiness): Domain | null {
  if (text[from] === '[') return literalAfter(text, from)
  const end = DOMAIN.runEnd(text, from, from + MAX_DOMAIN)
  const whole = knownDomain(text, from, end, 'sure')
  if (whole !== null) return whole
  // Scripts without spaces: what follows the name is the sentence.
  const other = text.slice(from, end).search(/[^\x20-\x7e]/)
  const plain = other > 0 ? knownDomain(text, from, from + other, 'sure') : null
  return plain ?? (readiness === 'any' ? knownDomain(text, from, end, 'any') : null)
}

function knownDomain(text: string, from: number, to: number, readiness: Readiness): Domain | null {
  let end = to
  while (end > from && '.-_'.includes(text[end - 1] ?? '')) end--
  const written = text.slice(from, end)
  if (readiness === 'any' && isIP(written) === 4) return { name: `[${written}]`, end }
  const name = normaliseName(written)
  if (name === null) return null
  if (nameKind(name) !== 'unknown') return { name, end }
  return readiness === 'any' && UNLISTED.test(name) ? { name, end } : null
}

/** A name of some inner network, or a single label that mail to its own domain may bear. */
const UNLISTED = /\.(?:[a-z]{2,}|xn--[a-z0-9-]+)$|^localhost$/

/** `[203.0.113.9]`, `[IPv6:2001:db8::1]` (RFC 5321, 4.1.3). */
function literalAfter(text: string, from: number): Domain | null {
  const close = text.indexOf(']', from)
  if (close < 0 || close - from > 64) return null
  const inside = text.slice(from + 1, close).replace(/^IPv6:/i, '')
  if (isIP(inside) === 4) return { name: `[${inside}]`, end: close + 1 }
  const host = isIP(inside) === 6 ? canonicalHost(`[${inside}]`) : null
  return host === null ? null : { name: host, end: close + 1 }
}

function localsBefore(text: string, at: number, readiness: Readiness): Local[] {
  if (text[at - 1] === '"') {
    const quoted = quotedBefore(text, at - 1)
    if (readiness === 'any') return quoted.length > 0 ? quoted : oddBefore(text, at)
    return quoted.filter(({ local }) => SURE_QUOTED.test(local))
  }
  const usual = atomBefore(text, at, USUAL_LOCAL, readiness)
  if (readiness === 'sure') return usual.slice(0, 1)
  const start = usual.at(-1)?.start ?? at
  const bare = usual.map(({ local }) => ({ local: local.replace(MARKUP, ''), start }))
  usual.push(...bare.filter(({ local }) => local !== '' && usual.every((one) => one.local !== local)))
  if (start === 0 || !ANY_LOCAL.has(text.charCodeAt(start - 1)))
    return usual.length > 0 ? usual : oddBefore(text, at)
  // As the whole of an entry it is the address: `x=alice@` is another mailbox than `alice@`.
  const before = ANY_LOCAL.runStart(text, at, Math.max(0, at - MAX_LOCAL)) - 1
  const isEntry = usual.length === 0 || !NO_DELIMITER.test(text[before] ?? '')
  const entries = isEntry ? atomBefore(text, at, ANY_LOCAL, readiness) : []
  if (usual.length + entries.length === 0) return oddBefore(text, at)
  // What stands before the usual characters may also be something by itself.
  return [...entries.map(({ local }) => ({ local, start })), ...usual]
}

/** Of an address that cannot be read to its start, or has nothing else for one: `` `@evil.test ``, `((x))@evil.test`. */
function oddBefore(text: string, at: number): Local[] {
  const mark = text[at - 1] ?? ''
  return ODD_END.test(mark) ? [{ local: mark, start: at - 1 }] : []
}

const ODD_END = /["'`)]/

/** `_x@evil.test_` */
const MARKUP = /^[_~-]+/
/** `"x", "@scope` is no address. */
const SURE_QUOTED = /^"?[\w.+-](?:[\w.+@' -]{0,62}[\w.+-])?"?$/
const NO_DELIMITER = /[^\s,;:<>"([]/

/** What there is of a local part, and where other scripts run into it the plain letters alone: those first. */
function atomBefore(text: string, at: number, characters: CharClass, readiness: Readiness): Local[] {
  let start = characters.runStart(text, at, Math.max(0, at - MAX_LOCAL))
  while (start < at && EDGE.test(text[start] ?? '')) start++
  if (start === at) return []
  const whole = { local: text.slice(start, at).toLowerCase(), start }
  const plain = /[A-Za-z0-9][\x21-\x7e]*$/.exec(whole.local)
  if (plain === null || plain.index === 0 || !NOT_LATIN.test(whole.local)) return [whole]
  const alone = { local: plain[0], start: start + plain.index }
  return readiness === 'any' ? [alone, whole] : [alone]
}

const EDGE = /['.`]/
const NOT_LATIN = /[^\x20-\x7e\p{Script=Latin}]/u

/** `"john doe"@`, quotes taken off where the rest needs none. */
function quotedBefore(text: string, close: number): Local[] {
  let open = text.lastIndexOf('"', close - 1)
  while (open > 0 && text[open - 1] === '\\' && close - open <= MAX_LOCAL)
    open = text.lastIndexOf('"', open - 1)
  if (open < 0 || close - open > MAX_LOCAL || close - open < 2) return []
  const content = text
    .slice(open + 1, close)
    .replace(/\\(.)/g, '$1')
    .toLowerCase()
  return [{ local: DOT_ATOM.test(content) ? content : `"${content}"`, start: open }]
}

/** In free text some things only look like addresses. */
function isSure(text: string, { start, end }: Placed, local: string, name: string): boolean {
  if (text[start - 1] === '@') return false // @user@mastodon.social
  if (/^\d+x\.[^.]+$/.test(name)) return false // logo@2x.ai
  if (local === 'git' && FORGES.test(name)) return false
  if (SCP_PATH.test(text.slice(end, end + 128))) return false // git@host:owner/repo
  // owner/action@branch.name
  return (
    text[start - 1] !== '/' || text[start - 2] === '/' || isSureName(name) || nameKind(name) === 'reserved'
  )
}

const FORGES =
  /^(?:(?:[a-z0-9-]+\.)*(?:github|gitlab|ghe|azure|visualstudio)\.com|(?:altssh\.)?bitbucket\.org|codeberg\.org|gitea\.com|git\.sr\.ht|gitee\.com)$/
const SCP_PATH = /^:(?!\/\/)[\w~.-]*\/|^:[\w~.-]+\.git\b/
