/** A set of characters, fast to ask: ASCII by table, and of the rest all that are no punctuation, or none. */
export class CharClass {
  readonly #table = new Uint8Array(128)
  readonly #others: boolean

  constructor(characters: RegExp, others: boolean) {
    this.#others = others
    for (let code = 0; code < 128; code++) {
      this.#table[code] = characters.test(String.fromCharCode(code)) ? 1 : 0
    }
  }

  has(code: number): boolean {
    return code < 128 ? this.#table[code] === 1 : this.#others && !isPunctuation(code)
  }

  /** Where the run of such characters that ends before `at` begins; not before `limit`. */
  runStart(text: string, at: number, limit: number): number {
    let start = at
    while (start > limit && this.has(text.charCodeAt(start - 1))) start--
    return start
  }

  /** The end of the run that begins at `from`; not behind `limit`. */
  runEnd(text: string, from: number, limit: number): number {
    const last = Math.min(text.length, limit)
    let end = from
    while (end < last && this.has(text.charCodeAt(end))) end++
    return end
  }

  /**
   * Runs of at least `least` such characters, as start and end. Where a character is none, none of the `least - 1`
   * before it can begin one: most of a text is never looked at.
   */
  *runs(text: string, least: number): Generator<readonly [start: number, end: number]> {
    let from = 0
    while (from + least <= text.length) {
      let at = from + least - 1
      while (at >= from && this.has(text.charCodeAt(at))) at--
      if (at >= from) {
        from = at + 1
        continue
      }
      const end = this.runEnd(text, from + least, text.length)
      yield [from, end]
      from = end + 1
    }
  }
}

/** Latin-1's signs, General Punctuation, CJK Symbols and Punctuation; there are more, but those stand at words. */
function isPunctuation(code: number): boolean {
  return code < 0xc0 || (code >= 0x2000 && code < 0x2070) || (code >= 0x3000 && code < 0x3020)
}
