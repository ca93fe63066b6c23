import { domainToUnicode } from 'node:url'
import { visibleReadings } from '../payload/text/visible-text.ts'
import { decodedTexts } from './decoded-texts.ts'
import { type Seen, SeenFilter } from './seen-filter.ts'
import { combine, type HashSeed, spread, stepHigh, stepLow } from './text-hash.ts'

/** 16 MiB of them: after some 10 MB of names that all differ, one word in a few hundred is claimed wrongly. */
const FILTER_BITS = 24

/**
 * What the server has said, word by word, and the pairs and triples of words that signs join: `alice`, `customer`,
 * `test` and what makes them `alice@customer.test`. A value was said when all of these that it has were: none that
 * was is missed, whatever it stood in, and some count that were not. Nothing of a text is left out for its length,
 * and nothing of it is kept.
 */
export class SaidWords {
  readonly #seed: HashSeed
  readonly #filter = new SeenFilter(FILTER_BITS)

  constructor(seed: HashSeed) {
    this.#seed = seed
  }

  hear(text: string, tick: number): void {
    for (const said of decodedTexts(text)) {
      for (const reading of readings(said)) {
        this.#words(reading, (high, low) => {
          this.#filter.add(high, low, tick)
          return true
        })
      }
    }
  }

  said(value: string, tick: number): Seen {
    for (const reading of [...readings(value), ...unicodeForm(value)]) {
      const seen = this.#seen(reading, tick)
      if (seen !== 'never') return seen
    }
    return 'never'
  }

  #seen(value: string, tick: number): Seen {
    let seen: Seen = 'before'
    const count = this.#words(value, (high, low) => {
      const part = this.#filter.seen(high, low, tick)
      if (part !== 'before') seen = part
      return part !== 'never'
    })
    return count === 0 ? 'never' : seen
  }

  /** Words, pairs and triples as hashes, until one is not taken; how many there were. */
  #words(text: string, take: (high: number, low: number) => boolean): number {
    const { high: seedHigh, low: seedLow } = this.#seed
    let count = 0
    /** Words joined so far, up to two of them kept: the last one, and it with the one before. */
    let joined = 0
    let wordHigh = 0
    let wordLow = 0
    let pairHigh = 0
    let pairLow = 0
    for (let at = 0; at < text.length; ) {
      let signs = 0
      let kind = kindOf(text.charCodeAt(at))
      for (; kind < LETTER && at < text.length; kind = kindOf(text.charCodeAt(++at))) {
        signs = kind === JOIN ? signs + 1 : MAX_SIGNS + 1
      }
      if (at >= text.length) break
      if (signs > MAX_SIGNS) joined = 0
      let high = seedHigh
      let low = seedLow
      for (; at < text.length; at++) {
        const code = text.charCodeAt(at)
        if (kindOf(code) !== kind) break
        const small = code >= 0x41 && code <= 0x5a ? code | 0x20 : code
        high = stepHigh(high, small)
        low = stepLow(low, small)
      }
      high = spread(high)
      low = spread(low)
      count++
      if (!take(high, low)) return count
      const nextHigh = combine(wordHigh, high)
      const nextLow = combine(wordLow, low)
      if (joined > 0 && !take(nextHigh, nextLow)) return count
      if (joined > 1 && !take(combine(pairHigh, high), combine(pairLow, low))) return count
      pairHigh = nextHigh
      pairLow = nextLow
      wordHigh = high
      wordLow = low
      joined++
    }
    return count
  }
}

const PART = 0
const JOIN = 1
/** Of ASCII, digits included. */
const LETTER = 2
/** Where scripts meet there is a new word: some are written without spaces. */
const OTHER_LETTER = 3
/** More of them join nothing. */
const MAX_SIGNS = 3

const ASCII_KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (/[0-9A-Za-z]/.test(character)) return LETTER
  return '._@+%~/:#=&?-'.includes(character) ? JOIN : PART
})

function kindOf(code: number): number {
  if (code < 128) return ASCII_KINDS[code] as number
  // Latin-1's signs, General Punctuation, CJK Symbols and Punctuation. (NaN, behind the end, parts as well.)
  const isSign = code < 0xc0 || (code >= 0x2000 && code < 0x2070) || (code >= 0x3000 && code < 0x3020)
  return isSign || !(code >= 0xc0) ? PART : OTHER_LETTER
}

/** Without what draws nothing, and with spaces in its place; small letters. */
function readings(text: string): readonly string[] {
  return visibleReadings(text).map((reading) => (OTHER.test(reading) ? reading.toLowerCase() : reading))
}

const OTHER = /[^\t\n\r\x20-\x7e]/

/** Of a name that is given as `xn--…`. */
function unicodeForm(value: string): string[] {
  if (!value.includes('xn--')) return []
  return [value.replace(/[a-z0-9.-]*xn--[a-z0-9.-]*/g, (name) => domainToUnicode(name) || name)]
}
