const NEWLINE = 0x0a
const FIRST_CAPACITY = 1024

/**
 * Cuts a stream into lines and gives each line's head: its first `maxHead` bytes, without the newline, and
 * the length of the whole line. A line that lies within one chunk is not copied.
 */
export class LineHeads {
  readonly #onLine: (head: Buffer, length: number) => void
  readonly #maxHead: number
  #kept: Buffer | null = null
  #keptBytes = 0
  #length = 0

  constructor(maxHead: number, onLine: (head: Buffer, length: number) => void) {
    this.#maxHead = maxHead
    this.#onLine = onLine
  }

  push(bytes: Buffer): void {
    let start = 0
    for (;;) {
      const end = bytes.indexOf(NEWLINE, start)
      if (end < 0) break
      if (this.#length === 0) this.#onLine(this.#head(bytes, start, end), end - start)
      else {
        this.#keep(bytes, start, end)
        this.end()
      }
      start = end + 1
    }
    this.#keep(bytes, start, bytes.length)
  }

  /** Gives the last line, if the stream ended without a newline. */
  end(): void {
    if (this.#length === 0) return
    const head = (this.#kept as Buffer).subarray(0, this.#keptBytes)
    const length = this.#length
    this.#kept = null
    this.#keptBytes = 0
    this.#length = 0
    this.#onLine(head, length)
  }

  #head(bytes: Buffer, start: number, end: number): Buffer {
    return bytes.subarray(start, Math.min(end, start + this.#maxHead))
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    if (start === end) return
    const room = Math.min(end - start, this.#maxHead - this.#keptBytes)
    const needed = this.#keptBytes + room
    if (this.#kept === null || this.#kept.length < needed) this.#grow(needed)
    bytes.copy(this.#kept as Buffer, this.#keptBytes, start, start + room)
    this.#keptBytes = needed
    this.#length += end - start
  }

  #grow(needed: number): void {
    const capacity = Math.min(this.#maxHead, Math.max(FIRST_CAPACITY, needed * 2))
    const grown = Buffer.allocUnsafeSlow(capacity)
    this.#kept?.copy(grown, 0, 0, this.#keptBytes)
    this.#kept = grown
  }
}
