import { hash } from 'node:crypto'

const MAX_LENGTH = 8192
const MAX_PARTS = 64
const LEAST_TOKEN = 16

/**
 * A credential is known by a hash under a key of the session's alone. `key`: of one length always. That the hash is cut
 * keeps anyone from going on from it.
 */
export function credentialKey(key: string, secret: string): string {
  return `credential ${hash('sha256', key + secret, 'base64url').slice(0, 27)}`
}

export interface SecretBounds {
  /** The shortest part of a text that may be a secret. */
  readonly least: number
  /** Any text may be one as a whole; else only one without blanks that is no address and no URL. */
  readonly anyWhole: boolean
}

/** What a credential may be of a given text: all of it, and its parts, also those of `Bearer …`, `Basic …` and lists. */
export function secretsOf(text: string, { least, anyWhole }: SecretBounds): readonly string[] {
  const whole = text.trim()
  if (whole === '' || whole.length > MAX_LENGTH) return []
  const own = anyWhole || isToken(whole) ? [whole] : []
  const pieces = whole.split(BREAKS, MAX_PARTS)
  const parts = [...pieces, ...pieces.flatMap((piece) => piece.split(PAIR_BREAKS, MAX_PARTS))]
  return [
    ...new Set([...own, ...parts.filter((part) => part.length >= least && isToken(part)), ...basic(whole)]),
  ]
}

/** Of a response: a text that is nothing but a long token. */
export function tokenOf(text: string): readonly string[] {
  return text.length >= LEAST_TOKEN && text.length <= MAX_LENGTH && isToken(text) ? [text] : []
}

function isToken(text: string): boolean {
  return !/[\s@]|:\/\//.test(text)
}

/** Blanks, quotes, brackets, lists: `{"Authorization":"Bearer x"}`. */
const BREAKS = /[\s"'`(){}[\]<>,;|]+/
/** `a=b&c=d`, `https://user:password@host/`. */
const PAIR_BREAKS = /[=&?@:/]+/

/** The two parts of `Basic …` (RFC 7617), those that are not empty; none of every other text. */
function basic(text: string): readonly string[] {
  const [, coded] = BASIC.exec(text) ?? []
  if (coded === undefined) return []
  const plain = Buffer.from(coded, 'base64').toString()
  const colon = plain.indexOf(':')
  const parts = colon < 0 ? [plain] : [plain.slice(0, colon), plain.slice(colon + 1)]
  return parts.filter((part) => part !== '')
}

const BASIC = /^basic\s+([A-Za-z0-9+/_=-]+)$/i
