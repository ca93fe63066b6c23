import { BytePieces } from '../byte-pieces.ts'
import { percent } from '../decode/escapes.ts'
import type { Field } from '../fields.ts'
import { nameMayHold } from '../quick-look.ts'
import { inField, type Spot } from '../spot.ts'
import type { Cut } from '../text/cut-text.ts'
import type { Message, Reader } from './reader.ts'

/** `application/x-www-form-urlencoded`: that it is percent-encoded is its form, and no encoding of a value. */
export function formReader(
  { fields, unfold, names: seen }: Message,
  spot: Spot,
  outer: Field | null,
): Reader {
  let name = ''
  const nameDone = (raw: string, cut: Cut): void => {
    const text = formText(raw)
    if (cut === 'whole' || cut === 'first') {
      name = text.slice(0, MAX_NAME)
      if (outer === null && name !== '') seen?.named('form', name)
    }
    if (nameMayHold(text)) unfold.text(text, inField(spot, fields.body(outer), false), cut)
  }
  const give = (one: string, text: string, cut: Cut): void => {
    if (text !== '') unfold.text(text, inField(spot, fields.named('form', one, outer), true), cut)
  }
  const valueDone = (raw: string, cut: Cut): void => {
    give(name, formText(raw), cut)
    if (raw.includes('+') && KEPT_PLUS.test(raw)) give(name, raw, cut)
    for (const [further, text] of furtherPairs(name, raw)) give(further.slice(0, MAX_NAME), text, cut)
  }
  const names = new BytePieces(nameDone)
  const values = new BytePieces(valueDone)
  let inValue = false
  const read = (bytes: Buffer): void => {
    let from = 0
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte === AMPERSAND) {
        ;(inValue ? values : names).end(bytes, from, at)
        inValue = false
      } else if (byte === EQUALS && !inValue) {
        names.end(bytes, from, at)
        inValue = true
      } else continue
      from = at + 1
    }
    ;(inValue ? values : names).add(bytes, from, bytes.length)
  }
  return { push: read, end: () => (inValue ? values : names).end(NOTHING, 0, 0) }
}

/**
 * What a form or a query also says where semicolons part it (HTML 4.01, B.2.2): writers of forms encode one that does
 * not. `name`: read; `raw`: as sent.
 */
export function furtherPairs(name: string, raw: string): readonly (readonly [name: string, text: string])[] {
  const [first = '', ...rest] = raw.includes(';') ? raw.split(';', MAX_PAIRS) : [raw]
  const pairs: (readonly [string, string])[] = []
  if (name.includes(';')) pairs.push([name.slice(name.lastIndexOf(';') + 1), formText(first)])
  for (const pair of rest) {
    const equals = pair.indexOf('=')
    if (equals > 0) pairs.push([formText(pair.slice(0, equals)), formText(pair.slice(equals + 1))])
  }
  return pairs
}

/** Base64 whose plus signs somebody forgot to encode. */
export const KEPT_PLUS = /^[A-Za-z0-9+/]{14,}(?:={0,2}|(?:%3[Dd]){0,2})$/

/** Of a name or a value as it was sent. */
export function formText(raw: string): string {
  const spaced = raw.includes('+') ? raw.replaceAll('+', ' ') : raw
  return percent(spaced) ?? spaced
}

const MAX_NAME = 128
const MAX_PAIRS = 256
const AMPERSAND = 0x26
const EQUALS = 0x3d
const NOTHING = Buffer.alloc(0)
