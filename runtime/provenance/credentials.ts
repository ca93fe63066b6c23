import { createHmac } from 'node:crypto'

const MAX_LENGTH = 8192
const MAX_PARTS = 64
/** A shorter part of a text is no secret. */
const LEAST_SECRET = 8

/** A credential is known by a hash under a key of the session's alone. */
export function credentialKey(key: Buffer, secret: string): string {
  return `credential ${createHmac('sha256', key).update(secret).digest('base64url').slice(0, 27)}`
}

/** What a credential may be of a given text: all of it, and the parts of it that could be a secret. */
export function secretsOf(text: string): readonly string[] {
  const whole = text.trim()
  if (whole === '' || whole.length > MAX_LENGTH) return []
  const pieces = whole.split(BREAKS, MAX_PARTS)
  const parts = [...pieces, ...pieces.flatMap((piece) => piece.split(PAIR_BREAKS, MAX_PARTS))]
  const secrets = parts.filter((part) => part.length >= LEAST_SECRET)
  return [...new Set([whole, ...secrets, ...(basic(whole) ?? [])])]
}

/**
 * What must have been given for a credential to be explained: all of one of these sets. All of it in one; or without
 * its scheme (`Bearer`); or every part of it that says who asks.
 */
export function credentialForms(credential: string): readonly (readonly string[])[] {
  const whole = credential.trim()
  const [, bare = whole] = SCHEME.exec(whole) ?? []
  const named = basic(whole) ?? bare.split(PART_BREAKS).filter((part) => part.length >= LEAST_SECRET)
  const parts = named.filter((part) => !NAMELESS.test(part))
  return [[whole], [bare], parts].filter((form) => form.length > 0)
}

/** Blanks, quotes, brackets, lists: `{"Authorization":"Bearer x"}`. */
const BREAKS = /[\s"'`(){}[\]<>,;|]+/
/** `a=b&c=d`, `https://user:password@host/`. */
const PAIR_BREAKS = /[=&?@:/]+/
const PART_BREAKS = /[\s,;:="']+/
const SCHEME = /^[A-Za-z][A-Za-z0-9-]{0,31}\s+(\S.*)$/s
/** What services have in a name's or a password's place where the other of the two is all. */
const NAMELESS = /^(?:x|api|key|token|user|api[_-]?key|oauth2?|x-oauth-basic|x-token-auth|x-access-token)$/i

/** The two parts of `Basic …` (RFC 7617), those that are not empty; null for every other text. */
function basic(text: string): readonly string[] | null {
  const [, coded] = BASIC.exec(text) ?? []
  if (coded === undefined) return null
  const plain = Buffer.from(coded, 'base64').toString()
  const colon = plain.indexOf(':')
  const parts = colon < 0 ? [plain] : [plain.slice(0, colon), plain.slice(colon + 1)]
  return parts.filter((part) => part !== '')
}

const BASIC = /^basic\s+([A-Za-z0-9+/_=-]+)$/i
