import { SeenFilter } from './seen-filter.ts'
import { type HashSeed, spread, stepHigh, stepLow } from './text-hash.ts'

/** 2 MiB: 100,000 keys leave one wrong claim in a few hundred. */
const FILTER_BITS = 21

/** Keys of values that something tells against. None is forgotten. */
export class KeyMarks {
  readonly #seed: HashSeed
  readonly #filter = new SeenFilter(FILTER_BITS)

  constructor(seed: HashSeed) {
    this.#seed = seed
  }

  add(key: string): void {
    const { high, low } = this.#hash(key)
    this.#filter.add(high, low, 0)
  }

  has(key: string): boolean {
    const { high, low } = this.#hash(key)
    return this.#filter.seen(high, low, 0) !== 'never'
  }

  #hash(key: string): HashSeed {
    let { high, low } = this.#seed
    for (let at = 0; at < key.length; at++) {
      const code = key.charCodeAt(at)
      high = stepHigh(high, code)
      low = stepLow(low, code)
    }
    return { high: spread(high), low: spread(low) }
  }
}
