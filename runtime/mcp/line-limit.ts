const NEWLINE = 0x0a

/** Follows where lines begin and how long the one at hand is, without keeping any of it. */
export class LineLimit {
  readonly #maxBytes: number
  #open = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get atLineStart(): boolean {
    return this.#open === 0
  }

  /** How many of these bytes may pass: all, or those before the line that becomes too long. */
  admit(bytes: Buffer): number {
    if (this.#open + bytes.length > this.#maxBytes) {
      const start = this.#tooLongFrom(bytes)
      if (start !== null) {
        if (start > 0) this.#open = 0
        return start
      }
    }
    const last = bytes.lastIndexOf(NEWLINE)
    this.#open = last < 0 ? this.#open + bytes.length : bytes.length - last - 1
    return bytes.length
  }

  #tooLongFrom(bytes: Buffer): number | null {
    let open = this.#open
    for (let start = 0; start < bytes.length; ) {
      const end = bytes.indexOf(NEWLINE, start)
      if (open + (end < 0 ? bytes.length : end) - start > this.#maxBytes) return start
      if (end < 0) return null
      start = end + 1
      open = 0
    }
    return null
  }
}
