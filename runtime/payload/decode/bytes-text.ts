import { isUtf8 } from 'node:buffer'
import { type Cut, cutAtEnd, cutAtStart } from '../text/cut-text.ts'

/**
 * The text that bytes are: UTF-16 by its mark or its zero bytes, else UTF-8. Of bytes that are no text the stretches
 * of plain characters that could hold a destination, a line each, and null where there are none.
 */
export function textOfBytes(bytes: Buffer): string | null {
  if (bytes.length < MIN_BYTES) return null
  const wide = wideCharset(bytes)
  if (wide !== null) return new TextDecoder(wide).decode(bytes)
  if (isUtf8(bytes)) return bytes.toString('utf8').replace(/^\ufeff/, '')
  return plainStretches(bytes.toString('latin1'), 'whole')
}

/** UTF-16 by its byte order mark, or by the zeros that it has in plain text. */
export function wideCharset(bytes: Buffer): 'utf-16le' | 'utf-16be' | null {
  const [first = 1, second = 1, third = 1, fourth = 1] = bytes
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return 'utf-16le'
  if (first === 0 && second !== 0 && third === 0 && fourth !== 0) return 'utf-16be'
  return null
}

/** Of a picture or an archive these are a matter of chance: so only those that hold a mark, and not short ones. */
export function plainStretches(latin: string, cut: Cut): string | null {
  if (!latin.includes('@') && !latin.includes('://')) return null
  const marked: string[] = []
  for (const { 0: stretch, index } of latin.matchAll(STRETCH)) {
    const isCut =
      (cutAtStart(cut) && index === 0) || (cutAtEnd(cut) && index + stretch.length === latin.length)
    if (!isCut && /@|:\/\//.test(stretch)) marked.push(stretch)
  }
  return marked.length === 0 ? null : marked.join('\n')
}

const MIN_BYTES = 5
const STRETCH = /[\x20-\x7e]{10,}/g
