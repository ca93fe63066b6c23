const NEWLINE = 0x0a
const RETURN = 0x0d
const MAX_PIECE_BYTES = 8 * 1024

/**
 * Cuts text for people into lines. A carriage return ends one too, so that a progress bar's states come one
 * below the other and none is overwritten. Lines over 8 KiB come in pieces, cut between characters.
 */
export class TextLines {
  #partial: Buffer = Buffer.alloc(0)
  #afterReturn = false

  /** Something was given that no line end has followed yet. */
  get hasPartial(): boolean {
    return this.#partial.length > 0
  }

  push(bytes: Buffer): string[] {
    const lines: string[] = []
    let start = this.#afterReturn && bytes[0] === NEWLINE ? 1 : 0
    if (bytes.length > 0) this.#afterReturn = false
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte !== NEWLINE && byte !== RETURN) continue
      this.#extend(bytes.subarray(start, at), lines)
      if (byte === RETURN && bytes[at + 1] === NEWLINE) at++
      else this.#afterReturn = byte === RETURN && at + 1 === bytes.length
      if (bytes[at] === NEWLINE || this.hasPartial) lines.push(this.#take())
      start = at + 1
    }
    this.#extend(bytes.subarray(start), lines)
    return lines
  }

  /** What is left without a line end. */
  flush(): string[] {
    return this.hasPartial ? [this.#take()] : []
  }

  #extend(bytes: Buffer, lines: string[]): void {
    if (bytes.length === 0) return
    this.#partial = Buffer.concat([this.#partial, bytes])
    while (this.#partial.length > MAX_PIECE_BYTES) {
      const end = characterStart(this.#partial, MAX_PIECE_BYTES)
      lines.push(this.#partial.toString('utf8', 0, end))
      this.#partial = this.#partial.subarray(end)
    }
  }

  #take(): string {
    const text = this.#partial.toString()
    this.#partial = Buffer.alloc(0)
    return text
  }
}

/** The last place at or before `at` that is not inside a UTF-8 character. */
function characterStart(bytes: Buffer, at: number): number {
  for (let back = 0; back < 4; back++) if (((bytes[at - back] as number) & 0xc0) !== 0x80) return at - back
  return at
}
