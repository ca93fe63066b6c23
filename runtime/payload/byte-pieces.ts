import { type Cut, cutOf } from './text/cut-text.ts'

/**
 * Collects the bytes of one text and gives it out, in overlapping pieces where it is long. Where those begin hangs on
 * the bytes alone, not on the chunks that they came in.
 */
export class BytePieces {
  readonly #onPiece: (text: string, cut: Cut) => void
  #held = Buffer.alloc(0)
  #size = 0
  #wasCut = false

  readonly #encoding: 'utf8' | 'latin1'

  constructor(onPiece: (text: string, cut: Cut) => void, encoding: 'utf8' | 'latin1' = 'utf8') {
    this.#onPiece = onPiece
    this.#encoding = encoding
  }

  add(bytes: Buffer, from: number, to: number): void {
    let at = from
    while (at < to) {
      const end = Math.min(to, at + PIECE_BYTES - this.#size)
      this.#hold(bytes, at, end)
      at = end
      if (this.#size === PIECE_BYTES) this.#cut()
    }
  }

  /** The last bytes; the next ones are another text's. */
  end(bytes: Buffer, from: number, to: number): void {
    if (this.#size === 0 && to - from < PIECE_BYTES) {
      this.#onPiece(bytes.toString(this.#encoding, from, to), 'whole')
      return
    }
    this.add(bytes, from, to)
    const text = this.#held.toString(this.#encoding, 0, this.#size)
    const cut = cutOf(this.#wasCut, false)
    this.#size = 0
    this.#wasCut = false
    if (this.#held.length > SMALL_BYTES) this.#held = Buffer.alloc(0)
    this.#onPiece(text, cut)
  }

  #hold(bytes: Buffer, from: number, to: number): void {
    const size = this.#size + to - from
    if (size > this.#held.length) {
      const larger = Buffer.allocUnsafe(Math.min(PIECE_BYTES, Math.max(SMALL_BYTES, size * 2)))
      this.#held.copy(larger, 0, 0, this.#size)
      this.#held = larger
    }
    bytes.copy(this.#held, this.#size, from, to)
    this.#size = size
  }

  #cut(): void {
    const start = this.#nextStart()
    const text = this.#held.toString(this.#encoding, 0, this.#size)
    const cut = cutOf(this.#wasCut, true)
    this.#held.copyWithin(0, start, this.#size)
    this.#size -= start
    this.#wasCut = true
    this.#onPiece(text, cut)
  }

  /** No piece begins within a character or, where that can be had, within an escape. */
  #nextStart(): number {
    const first = PIECE_BYTES - OVERLAP_BYTES
    for (let start = first; start < first + MAX_SHIFT; start++) {
      const inCharacter = ((this.#held[start] ?? 0) & 0xc0) === 0x80
      const inEscape = this.#held.subarray(start - LONGEST_ESCAPE, start).includes(BACKSLASH)
      if (!inCharacter && !inEscape) return start
    }
    return first
  }
}

const PIECE_BYTES = 262_144
/** A mail address or a URL of 2,048 characters, each of them a `\u` escape. */
const OVERLAP_BYTES = 16_384
const SMALL_BYTES = 4096
const MAX_SHIFT = 256
/** A pair of surrogates. */
const LONGEST_ESCAPE = 12
const BACKSLASH = 0x5c
