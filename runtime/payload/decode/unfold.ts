import { inEncoding, type OnText, type Spot } from '../spot.ts'
import type { Cut } from '../text/cut-text.ts'
import type { Work } from '../work.ts'
import { textOfBytes } from './bytes-text.ts'
import { compressionOf, decompressed, sealedKind } from './compressed.ts'
import { encodedRuns } from './encoded-runs.ts'
import { backslash, encodedWords, entities, markup, percent, quotedPrintable, type Undo } from './escapes.ts'

/** Reads a text that is a document of its own, or how that begins, and says whether all of it was read. */
export type ReadNested = (text: string, spot: Spot, cut: 'whole' | 'first') => boolean

/**
 * Gives out a text and, to three layers, what it says when the encodings in it are undone. What seems to be encoded
 * still more deeply is noted as unread.
 */
export class Unfold {
  readonly #work: Work
  readonly #onText: OnText
  readonly #readNested: ReadNested

  constructor(work: Work, onText: OnText, readNested: ReadNested) {
    this.#work = work
    this.#onText = onText
    this.#readNested = readNested
  }

  text(text: string, spot: Spot, cut: Cut = 'whole'): void {
    if (this.#work.exhausted || (spot.layers > 0 && !this.#work.spend(text.length))) return
    const isShort = cut === 'whole' && spot.layers === 0 && text.length <= MAX_REMEMBERED
    const isPlain = isShort && plainTexts.has(text)
    if (!isPlain && (cut === 'whole' || cut === 'first') && this.#readNested(text, spot, cut)) return
    this.#onText(text, spot, cut)
    if (isPlain || (text.length >= LEAST && this.#undone(text, spot, cut)) || !isShort) return
    if (plainTexts.size >= MOST_REMEMBERED) plainTexts.clear()
    plainTexts.add(text)
  }

  /** Bytes that were encoded in a text, or stand in a message as they are. False: they say nothing. */
  bytes(bytes: Buffer, spot: Spot, cut: Cut = 'whole'): boolean {
    const compression = compressionOf(bytes)
    if (compression !== null) {
      const plain = decompressed(bytes, compression, Math.min(MAX_PLAIN, this.#work.left))
      // By chance bytes begin like that; then they are not read on as such.
      if (plain !== null && this.#mayGoOn(spot)) this.bytes(plain, inEncoding(spot, compression), 'whole')
      if (plain !== null) return true
      if (compression !== 'deflate') this.#work.note(`${compression} that cannot be read`)
    }
    const sealed = sealedKind(bytes)
    if (sealed !== null) this.#work.note(sealed)
    const text = textOfBytes(bytes)
    if (text === null) return sealed !== null || compression !== null
    if (spot.layers <= MAX_LAYERS) this.text(text, spot, cut)
    else if (PLAINLY_TEXT.test(text)) this.#work.note(TOO_DEEP)
    return true
  }

  /** Gives out what the text says with its encodings undone. False: nothing in it is encoded. */
  #undone(text: string, spot: Spot, cut: Cut): boolean {
    let isEncoded = false
    for (const [encoding, undo] of UNDOS) {
      const plain = undo(text)
      if (plain === null || plain === text) continue
      isEncoded = true
      if (spot.layers < MAX_LAYERS) this.text(plain, inEncoding(spot, encoding), cut)
      else if (!LOOSE.has(encoding) || CHARACTER_ESCAPE.test(text)) this.#work.note(TOO_DEEP)
    }
    for (const run of encodedRuns(text, cut)) {
      if (this.bytes(run.bytes, inEncoding(spot, run.encoding), run.cut)) isEncoded = true
    }
    return isEncoded
  }

  #mayGoOn(spot: Spot): boolean {
    if (spot.layers < MAX_LAYERS) return true
    this.#work.note(TOO_DEEP)
    return false
  }
}

export const MAX_LAYERS = 3
const MAX_PLAIN = 4_194_304
/** Short texts that say nothing more than what stands there: the same ones come with every message. */
const plainTexts = new Set<string>()
const MOST_REMEMBERED = 4096
const MAX_REMEMBERED = 128
const LEAST = 5
/** What they undo, texts hold without being encoded. */
const LOOSE = new Set(['escape', 'xml'])
const TOO_DEEP = 'nested too deeply'
/** What may stand for a character that counts; a backslash by itself stands for the next one. */
const CHARACTER_ESCAPE = /\\(?:u[0-9a-f{]|x[0-9a-f]|[0-3][0-7]{2})/i
/** Bytes of chance are no such text. */
const PLAINLY_TEXT = /^[\x20-\x7e\r\n\t]{12,}$/

const UNDOS: readonly (readonly [encoding: string, undo: Undo])[] = [
  ['percent', percent],
  ['html', entities],
  ['xml', markup],
  ['escape', backslash],
  ['quoted-printable', quotedPrintable],
  ['encoded-word', encodedWords],
]
