/**
 * How a value came: `plain`, or `after`: the server had said it, or sent it with no better source, before. Never both:
 * the first time counts.
 */
export type Came = 'plain' | 'after'

/**
 * Values that one source gave, in two generations: when the younger one has half of the room, the older one, of what
 * has not been seen since, is forgotten at once.
 */
export class ValueBook {
  readonly #half: number
  /** Texts all of whose values have been seen in this generation: the same text again would change nothing. */
  readonly #texts = new Set<string>()
  #young = new Map<string, Came>()
  #old = new Map<string, Came>()
  #forgotten = 0

  constructor(capacity: number) {
    this.#half = Math.ceil(capacity / 2)
  }

  get(key: string): Came | undefined {
    return this.#young.get(key) ?? this.#old.get(key)
  }

  /** The same, and the value counts as seen now. */
  touch(key: string): Came | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) {
      this.#old.delete(key)
      this.add(key, old)
    }
    return old
  }

  /** A value that is not here yet. */
  add(key: string, came: Came): void {
    this.#young.set(key, came)
    if (this.#young.size < this.#half) return
    this.#forgotten += this.#old.size
    this.#old = this.#young
    this.#young = new Map()
    this.#texts.clear()
  }

  /** Whether all that the text gives is here, and counts as seen now. */
  hasAllOf(text: string): boolean {
    return this.#texts.has(text)
  }

  /** A text whose values are all here; `since`: the `generation` before the first of them was touched. */
  keepAllOf(text: string, since: object): void {
    if (since !== this.generation || text.length > MAX_TEXT || this.#texts.size >= MAX_TEXTS) return
    this.#texts.add(text)
  }

  /** Another object in each generation. */
  get generation(): object {
    return this.#young
  }

  /** Since the last time it was asked. */
  takeForgotten(): number {
    const count = this.#forgotten
    this.#forgotten = 0
    return count
  }
}

const MAX_TEXT = 256
const MAX_TEXTS = 4096
