const HASHES = 3

/** `just`: in this tick or the one before it, and not earlier. */
export type Seen = 'never' | 'just' | 'before'

/** Ticks come round after these many: what was long ago may then look new for a moment. */
const TICKS = 254

/**
 * A Bloom filter whose cells hold when they were first set. It forgets nothing and takes no more room for more; the
 * fuller it is, the more it claims to have seen, and seen early. So it is asked for what tells against a value, never
 * for what speaks for it.
 */
export class SeenFilter {
  readonly #cells: Uint8Array
  readonly #mask: number

  /** A byte for each of `2 ** bits` cells; memory is taken as they fill. */
  constructor(bits: number) {
    this.#cells = new Uint8Array(2 ** bits)
    this.#mask = 2 ** bits - 1
  }

  /** The two numbers are one hash of 64 bits. `tick`: any whole number that grows with time. */
  add(high: number, low: number, tick: number): void {
    const mark = (tick % TICKS) + 1
    for (let hash = 0, cell = high; hash < HASHES; hash++, cell += low | 1) {
      const index = cell & this.#mask
      if (this.#cells[index] === 0) this.#cells[index] = mark
    }
  }

  seen(high: number, low: number, tick: number): Seen {
    let isNew = false
    for (let hash = 0, cell = high; hash < HASHES; hash++, cell += low | 1) {
      const mark = this.#cells[cell & this.#mask] as number
      if (mark === 0) return 'never'
      const age = (tick - (mark - 1) + TICKS) % TICKS
      if (age <= 1) isNew = true
    }
    return isNew ? 'just' : 'before'
  }
}
