const NEWLINE = 0x0a
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** How far is looked by hand before the search that is fast over long stretches and slow to start. */
const NEAR_BYTES = 64

/**
 * Finds where a stretch of plain characters of a JSON string ends: at a quote, a backslash or a newline.
 * What was found further on in a chunk is kept, so that a whole chunk takes time in proportion to its length.
 */
export class PlainStretch {
  #quote = -1
  #backslash = -1
  #newline = -1

  /** A new chunk follows. */
  begin(): void {
    this.#quote = -1
    this.#backslash = -1
    this.#newline = -1
  }

  /** The first such position at or after `from`; else the chunk's length. */
  end(bytes: Buffer, from: number): number {
    const near = Math.min(bytes.length, from + NEAR_BYTES)
    for (let at = from; at < near; at++) {
      const byte = bytes[at]
      if (byte === QUOTE || byte === BACKSLASH || byte === NEWLINE) return at
    }
    if (near === bytes.length) return near
    if (this.#quote < near) this.#quote = positionOf(bytes, QUOTE, near)
    if (this.#backslash < near) this.#backslash = positionOf(bytes, BACKSLASH, near)
    if (this.#newline < near) this.#newline = positionOf(bytes, NEWLINE, near)
    return Math.min(this.#quote, this.#backslash, this.#newline)
  }
}

function positionOf(bytes: Buffer, value: number, from: number): number {
  const position = bytes.indexOf(value, from)
  return position < 0 ? bytes.length : position
}
