/**
 * How a value came: `plain`, or `after`: the server had said it, or sent it without any source, before. Never both: the
 * first time counts.
 */
export type Came = 'plain' | 'after'

/** Values that one source gave. What was not seen for longest is forgotten where there is no more room. */
export class ValueBook {
  readonly #capacity: number
  readonly #values = new Map<string, Came>()
  /** Goes on from what was forgotten last: a new one would pass all the gaps before it each time. */
  #oldest = this.#values.keys()
  #forgotten = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(key: string): Came | undefined {
    return this.#values.get(key)
  }

  /** The same; a value that is there counts as seen now. */
  touch(key: string): Came | undefined {
    const came = this.#values.get(key)
    if (came !== undefined) this.set(key, came)
    return came
  }

  /** How it came the first time stands; it counts as seen now. */
  set(key: string, came: Came): void {
    const first = this.#values.get(key)
    if (first !== undefined) this.#values.delete(key)
    this.#values.set(key, first ?? came)
    if (this.#values.size > this.#capacity) this.#forget()
  }

  /** Since the last time it was asked. */
  takeForgotten(): number {
    const count = this.#forgotten
    this.#forgotten = 0
    return count
  }

  #forget(): void {
    let next = this.#oldest.next()
    if (next.done) {
      this.#oldest = this.#values.keys()
      next = this.#oldest.next()
    }
    if (next.done) return
    this.#values.delete(next.value)
    this.#forgotten++
  }
}
