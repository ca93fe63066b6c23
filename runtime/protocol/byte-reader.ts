/**
 * Reads big-endian fields one after another. Reading past the end gives zeros and empty slices and sets `failed`
 * for good, so that a parser checks once, at its end, and in its loops.
 */
export class ByteReader {
  readonly #bytes: Buffer
  #at = 0
  #failed = false

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get failed(): boolean {
    return this.#failed
  }

  /** Bytes not read yet; 0 after a failure. */
  get left(): number {
    return this.#failed ? 0 : this.#bytes.length - this.#at
  }

  /** Everything read, nothing missing. */
  get complete(): boolean {
    return !this.#failed && this.left === 0
  }

  /** An unsigned number of 1 to 4 bytes. */
  number(size: number): number {
    const bytes = this.take(size)
    return bytes.length === 0 ? 0 : bytes.readUIntBE(0, size)
  }

  /** A view of the next `length` bytes, not a copy. */
  take(length: number): Buffer {
    if (length > this.left) {
      this.#failed = true
      return EMPTY
    }
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** A vector as TLS writes it: its length in `lengthSize` bytes, then its bytes. */
  vector(lengthSize: number): Buffer {
    return this.take(this.number(lengthSize))
  }
}

const EMPTY = Buffer.alloc(0)
