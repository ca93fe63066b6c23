/**
 * How a value came: `plain`, or `after`: the server had said it, or sent it without any source, before. Never both: the
 * first time counts.
 */
export type Came = 'plain' | 'after'

/** Values that one source gave. What was not seen for longest is forgotten where there is no more room. */
export class ValueBook {
  readonly #capacity: number
  readonly #values = new Map<string, Came>()
  #forgotten = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(key: string): Came | undefined {
    return this.#values.get(key)
  }

  /** How it came the first time stands; it counts as seen now. */
  set(key: string, came: Came): void {
    const first = this.#values.get(key)
    if (first !== undefined) this.#values.delete(key)
    this.#values.set(key, first ?? came)
    if (this.#values.size <= this.#capacity) return
    const oldest = this.#values.keys().next()
    if (!oldest.done) this.#values.delete(oldest.value)
    this.#forgotten++
  }

  /** Since the last time it was asked. */
  takeForgotten(): number {
    const count = this.#forgotten
    this.#forgotten = 0
    return count
  }
}
