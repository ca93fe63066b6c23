/**
 * What reading one message may cost, in bytes looked at, and the first reason why some of it stayed unread. Text is
 * paid for again by each layer that is undone, so the sum bounds the time as well.
 */
export class Work {
  #left = MAX_BYTES
  #unread: string | null = null

  get unread(): string | null {
    return this.#unread
  }

  get exhausted(): boolean {
    return this.#left <= 0
  }

  /** What may still be made of compressed bytes. */
  get left(): number {
    return this.#left
  }

  /** False where it is more than was left: then nothing more is to be read. */
  spend(bytes: number): boolean {
    if (this.#left <= 0) return false
    this.#left -= bytes
    if (this.#left <= 0) this.note(`more than ${MAX_BYTES / 1_048_576} MiB`)
    return this.#left > 0
  }

  /** Says why something was not read, in a few words of ours. */
  note(reason: string): void {
    this.#unread ??= reason
  }
}

const MAX_BYTES = 16_777_216
