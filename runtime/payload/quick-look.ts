import { CharClass } from './text/char-class.ts'

/** Whether a text could hold a destination, plain or encoded: false for most words, numbers and times of day. */
export function mayHold(text: string): boolean {
  if (text.length < 4) return false
  if (SIGNS.test(text)) return true
  if (text.length < LEAST_WHOLE) return false
  if (/^[A-Za-z0-9+/_-]+$/.test(text)) return true
  return !ENCODED.runs(text, LEAST).next().done
}

const SIGNS = /[@./:%&\\=]|[^\t\n\r\x20-\x7e]/
const ENCODED = new CharClass(/[A-Za-z0-9+/_-]/, false)
const LEAST = 14
const LEAST_WHOLE = 8
