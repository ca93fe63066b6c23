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
  const valueDone = (raw: string, cut: Cut): void => {
    const text = formText(raw)
    if (text !== '') unfold.text(text, inField(spot, fields.named('form', name, outer), true), cut)
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

/** Of a name or a value as it was sent. */
export function formText(raw: string): string {
  const spaced = raw.includes('+') ? raw.replaceAll('+', ' ') : raw
  return percent(spaced) ?? spaced
}

const MAX_NAME = 128
const AMPERSAND = 0x26
const EQUALS = 0x3d
const NOTHING = Buffer.alloc(0)
