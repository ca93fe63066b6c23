import { wholeValue } from '../payload/values.ts'
import { bareValue } from './value-key.ts'

export interface PhraseBounds {
  /** Of a longer text, its first words only. */
  readonly words: number
  /** Only in a text of no more words are some taken together. */
  readonly together: number
}

const MAX_TOGETHER = 4
/** No sink holds more. */
const MAX_WHOLE = 4096
const MAX_PARTS = 32

/**
 * What a sink's value may be of a text: all of it, each word, up to four words in a row, and the parts of a word that
 * is a path, a URL or in brackets. What is part of a name (`acme` of `acme-backups`) is not in it.
 */
export function phrasesOf(text: string, { words: most, together }: PhraseBounds): ReadonlySet<string> {
  const whole = wholeValue(text)
  const found = new Set<string>()
  if (whole.length <= MAX_WHOLE) found.add(bareValue(whole))
  const words = whole.split(BLANKS, most)
  if (words.length > 1 || SIGNS.test(whole)) {
    for (const word of words) for (const part of partsOf(word)) found.add(part)
  }
  if (words.length <= together) {
    for (let at = 0; at < words.length; at++) {
      for (let end = at + 2; end <= Math.min(words.length, at + MAX_TOGETHER); end++) {
        found.add(bareValue(words.slice(at, end).join(' ')))
      }
    }
  }
  found.delete('')
  return found
}

const BLANKS = /\s+/
const SIGNS = /["'`(){}[\]<>,;|\\/:=&?#]/
const BREAKS = /["'`(){}[\]<>,;|\\]+/
const PATH_BREAKS = /[/:=&?#]+/

function partsOf(word: string): readonly string[] {
  if (!SIGNS.test(word)) return [bareValue(word)]
  const pieces = word.split(BREAKS, MAX_PARTS)
  const parts = pieces.flatMap((piece) => piece.split(PATH_BREAKS, MAX_PARTS))
  return [word, ...pieces, ...parts].map(bareValue)
}
