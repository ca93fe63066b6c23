import type { Reader } from './reader.ts'

/**
 * Cuts a multipart body (RFC 2046, 5.1) into its parts. What stands before the first and behind the last one goes to
 * `around`: nothing is left out.
 */
export class MultipartReader implements Reader {
  /** With the line feed before it, which is its own, and so is a carriage return before that. */
  readonly #delimiter: Buffer
  readonly #newPart: () => Reader
  readonly #around: Reader
  #part: Reader
  /** Bytes that may belong to a delimiter. The first one stands behind a line feed that was never sent. */
  #rest: Buffer = Buffer.from('\n')
  /** Whether the first byte of the rest is a line feed that belongs to no part. */
  #leads = true
  /** Whether the rest of a delimiter's line is to be dropped. */
  #inLine = false

  constructor(boundary: string, newPart: () => Reader, around: Reader) {
    this.#delimiter = Buffer.from(`\n--${boundary}`, 'utf8')
    this.#newPart = newPart
    this.#around = around
    this.#part = around
  }

  push(bytes: Buffer): void {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    let from = 0
    for (;;) {
      const next = this.#inLine ? this.#skipLine(all, from) : this.#content(all, from)
      if (next === null) return
      from = next
    }
  }

  end(): void {
    if (!this.#inLine) this.#give(this.#rest, 0, this.#rest.length)
    if (this.#part !== this.#around) this.#part.end()
    this.#around.end()
  }

  /** Returns where the line goes on that ends the part; null where more bytes are needed. */
  #content(all: Buffer, from: number): number | null {
    const at = this.#find(all, from)
    if (at === null) {
      const keep = Math.max(from, all.length - this.#delimiter.length - LOOK_AHEAD - 1)
      this.#give(all, from, keep)
      this.#rest = Buffer.from(all.subarray(keep))
      return null
    }
    this.#give(all, from, all[at - 1] === CARRIAGE_RETURN ? at - 1 : at)
    if (this.#part !== this.#around) this.#part.end()
    const behind = at + this.#delimiter.length
    const isLast = all[behind] === HYPHEN && all[behind + 1] === HYPHEN
    this.#part = isLast ? this.#around : this.#newPart()
    this.#inLine = true
    return behind
  }

  #find(all: Buffer, from: number): number | null {
    for (let at = all.indexOf(this.#delimiter, from); at >= 0; at = all.indexOf(this.#delimiter, at + 1)) {
      const behind = at + this.#delimiter.length
      if (behind + LOOK_AHEAD > all.length) return null
      if (ENDS_NAME.includes(all[behind] ?? 0)) return at
    }
    return null
  }

  /** Its line feed may be the next delimiter's. */
  #skipLine(all: Buffer, from: number): number | null {
    const at = all.indexOf(LINE_FEED, from)
    this.#inLine = at < 0
    this.#leads = at >= 0
    this.#rest = NOTHING
    return at < 0 ? null : at
  }

  #give(all: Buffer, from: number, to: number): void {
    if (to <= from) return
    const start = this.#leads ? from + 1 : from
    this.#leads = false
    if (to > start) this.#part.push(all.subarray(start, to))
  }
}

/** Both hyphens of the last delimiter. */
const LOOK_AHEAD = 2
const HYPHEN = 0x2d
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
/** A boundary may be the beginning of another one. */
const ENDS_NAME = Buffer.from('-\r\n \t')
const NOTHING = Buffer.alloc(0)
