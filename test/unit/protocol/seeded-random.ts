/** The same bytes for the same seed (xorshift32), so that a failure found by chance can be had again. */
export class SeededRandom {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 1
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) % limit
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)))
  }

  /** A copy with a few bytes changed, cut out, put in or repeated. */
  mutate(bytes: Buffer): Buffer {
    let mutant = Buffer.from(bytes)
    for (let times = 1 + this.below(4); times > 0; times--) {
      const at = this.below(mutant.length + 1)
      const end = Math.min(mutant.length, at + this.below(8))
      const [head, middle, tail] = [mutant.subarray(0, at), mutant.subarray(at, end), mutant.subarray(end)]
      const insert = [
        this.bytes(middle.length),
        Buffer.alloc(0),
        this.bytes(this.below(8)),
        middle,
        Buffer.from([0xc0, 12]),
      ]
      const which = this.below(insert.length)
      mutant = Buffer.concat([head, ...(which === 3 ? [middle] : []), insert[which] ?? middle, tail])
    }
    return mutant
  }
}
