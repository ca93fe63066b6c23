/** What a comparison may cost. */
export interface Limits {
  /** Of one package, on each side. */
  readonly files: number
  /** Of one file, read from its beginning. */
  readonly fileBytes: number
  /** Read of all files. */
  readonly bytes: number
  readonly milliseconds: number
}

export const LIMITS: Limits = {
  files: 20_000,
  fileBytes: 16 * 1024 * 1024,
  bytes: 128 * 1024 * 1024,
  milliseconds: 30_000,
}

const MAX_UNREAD = 1000

/** Counts down, and keeps what was left out, so that nothing is passed over in silence. */
export class Budget {
  readonly limits: Limits
  readonly #unread: { readonly what: string; readonly why: string }[] = []
  readonly #clock: () => number
  readonly #end: number
  #bytes: number
  #left = 0

  constructor(limits: Limits, clock: () => number) {
    this.limits = limits
    this.#clock = clock
    this.#end = clock() + limits.milliseconds
    this.#bytes = limits.bytes
  }

  /** Why nothing more is to be read; null while there is time. */
  get exhausted(): string | null {
    if (this.#clock() >= this.#end) return 'it took too long'
    return this.#bytes <= 0 ? 'there is too much of it' : null
  }

  spend(bytes: number): void {
    this.#bytes -= bytes
  }

  leaveOut(what: string, why: string): void {
    if (this.#unread.length < MAX_UNREAD) this.#unread.push({ what, why })
    else this.#left++
  }

  get unread(): readonly { readonly what: string; readonly why: string }[] {
    return this.#unread
  }

  /** How much was left out, that which is not named too. */
  get unreadCount(): number {
    return this.#unread.length + this.#left
  }
}
