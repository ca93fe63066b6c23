import { CharClass } from './text/char-class.ts'

/** Whether a text could hold a destination, plain or encoded: false for most words, numbers and times of day. */
export function mayHold(text: string): boolean {
  if (text.length < LEAST_PLAIN) return false
  if (SIGNS.test(text)) return true
  if (text.length < LEAST_WHOLE) return false
  if (UUID.test(text) || TIME.test(text)) return false
  if (LONG_IPV6.test(text)) return true
  if (text.length < LEAST && /^[A-Za-z0-9+/_-]+$/.test(text)) return true
  return mayBeSpaced(text) || !ENCODED.runs(text, LEAST).next().done
}

/** Of stops, those before a letter, and those of an address in digits: no sentence's, no decimal's, no time's. */
const SIGNS = /[@%&\\=]|\.(?:[^\s\d]|\d+\.\d+\.\d)|\/\/|::|[^\t\n\r\x20-\x7e]/
const LONG_IPV6 = /^\[?(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\]?/i
const TIME = /^\d{4}-\d\d-\d\d(?:[T ][\d:.,Z+-]{4,24})?$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** The same for a name: those are often one word, and seldom encoded. */
export function nameMayHold(name: string): boolean {
  return name.length >= LEAST_PLAIN && (SIGNS.test(name) || (name.length > LONG_NAME && mayHold(name)))
}

/** Encoded text in short pieces has digits, or capitals behind small letters; words have not. */
function mayBeSpaced(text: string): boolean {
  return /[a-z][A-Z]|\d/.test(text.slice(0, 32)) && /^[\w+/=-]{2,}[\s:,-]+[\w+/-]{2}/.test(text)
}

const ENCODED = new CharClass(/[A-Za-z0-9+/_-]/, false)
const LEAST_PLAIN = 4
const LEAST = 14
const LONG_NAME = 20
const LEAST_WHOLE = 8
