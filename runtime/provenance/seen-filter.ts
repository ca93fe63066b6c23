/** `just`: in this tick or the one before it, and not earlier. */
export type Seen = 'never' | 'just' | 'before'

/** Ticks come round after these many: what was long ago may then look new for a moment. */
const TICKS = 254
/** The cells of one hash, six bits of it each, stand in one line of the processor's cache. */
const CELLS = 4
const LINE_MASK = 63
const PAGE_BITS = 14
const PAGE_MASK = 2 ** PAGE_BITS - 1

/**
 * A Bloom filter whose cells hold when they were first set. It forgets nothing and takes no more room for more; the
 * fuller it is, the more it claims to have seen, and seen early. So it is asked for what tells against a value, never
 * for what speaks for it.
 */
export class SeenFilter {
  readonly #pages: (Uint8Array | undefined)[]
  readonly #lines: number

  /** A byte for each of `2 ** bits` cells; memory is taken as they fill. */
  constructor(bits: number) {
    this.#pages = new Array(2 ** (bits - PAGE_BITS)).fill(undefined)
    this.#lines = 2 ** bits - 1 - LINE_MASK
  }

  /** The two numbers are one hash of 64 bits. `tick`: any whole number that grows with time. */
  add(high: number, low: number, tick: number): void {
    const mark = (tick % TICKS) + 1
    const line = high & this.#lines
    let page = this.#pages[line >>> PAGE_BITS]
    if (page === undefined) {
      page = new Uint8Array(2 ** PAGE_BITS)
      this.#pages[line >>> PAGE_BITS] = page
    }
    const start = line & PAGE_MASK
    for (let cell = 0, rest = low; cell < CELLS; cell++, rest >>>= 6) {
      const index = start | (rest & LINE_MASK)
      if (page[index] === 0) page[index] = mark
    }
  }

  seen(high: number, low: number, tick: number): Seen {
    const line = high & this.#lines
    const page = this.#pages[line >>> PAGE_BITS]
    if (page === undefined) return 'never'
    const start = line & PAGE_MASK
    let isNew = false
    for (let cell = 0, rest = low; cell < CELLS; cell++, rest >>>= 6) {
      const mark = page[start | (rest & LINE_MASK)] as number
      if (mark === 0) return 'never'
      if ((tick - mark + 1 + TICKS) % TICKS <= 1) isNew = true
    }
    return isNew ? 'just' : 'before'
  }
}
