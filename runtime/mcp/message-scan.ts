import {
  MESSAGE,
  type MessageFacts,
  noFacts,
  type ScalarFact,
  setFact,
  type Wanted,
} from './message-facts.ts'
import { PlainStretch } from './plain-stretch.ts'

const NEWLINE = 0x0a
const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

const MAX_TOKEN_BYTES = 256
/** A batch's array, the message, its params, their _meta. */
const MAX_TRACKED_DEPTH = 4
/** Stands for the array of a batch (revision 2025-03-26). */
const BATCH: Wanted = new Map()

/**
 * Reads a few members out of JSON-RPC lines as they pass, in pieces of any size and lines of any length,
 * holding at most one short token. It judges nothing: of what is not JSON it says nothing, or nothing useful.
 */
export class MessageScan {
  readonly #onMessage: (facts: MessageFacts) => void
  #mode: 'structure' | 'string' | 'literal' | 'skip-line' = 'structure'
  #depth = 0
  /** What is wanted of each open container, by depth; null where nothing is. */
  readonly #open: (Wanted | null)[] = [null]
  #atKey = false
  #key: string | null = null
  #facts = noFacts()
  readonly #token = Buffer.alloc(MAX_TOKEN_BYTES)
  #tokenBytes = 0
  #capturing = false
  #escapes = false
  #escapeCut = false
  readonly #plain = new PlainStretch()

  constructor(onMessage: (facts: MessageFacts) => void) {
    this.#onMessage = onMessage
  }

  /** Says nothing more of the line at hand: for a scan that begins in the middle of one. */
  skipLine(): void {
    this.#mode = 'skip-line'
  }

  push(bytes: Buffer): void {
    this.#plain.begin()
    let at = 0
    while (at < bytes.length) {
      if (this.#mode === 'string') at = this.#string(bytes, at)
      else if (this.#mode === 'structure') at = this.#structure(bytes, at)
      else if (this.#mode === 'literal') at = this.#literal(bytes, at)
      else {
        const end = bytes.indexOf(NEWLINE, at)
        if (end < 0) return
        this.#endLine()
        at = end + 1
      }
    }
  }

  #structure(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (byte === QUOTE) {
        this.#startToken('string', this.#container() !== null && (this.#atKey || this.#scalar() !== null))
        return at + 1
      }
      if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#opened(byte)
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.#closed()
      else if (byte === COMMA) this.#atKey = this.#holdsMembers()
      else if (byte === COLON) this.#keyed()
      else if (byte === NEWLINE) this.#endLine()
      else if (byte > 0x20 && this.#scalar() !== null) {
        this.#startToken('literal', true)
        return at
      }
    }
    return bytes.length
  }

  #string(bytes: Buffer, from: number): number {
    let at = from
    if (this.#escapeCut && bytes[at] !== NEWLINE) at++
    this.#escapeCut = false
    for (at = this.#plain.end(bytes, at); at < bytes.length; at = this.#plain.end(bytes, at)) {
      const byte = bytes[at]
      if (byte === QUOTE) {
        this.#capture(bytes, from, at)
        this.#tokenEnded(true)
        return at + 1
      }
      if (byte === NEWLINE) {
        this.#endLine()
        return at + 1
      }
      this.#escapes = true
      at += bytes[at + 1] === NEWLINE ? 1 : 2
      this.#escapeCut = at > bytes.length
    }
    this.#capture(bytes, from, bytes.length)
    return bytes.length
  }

  #literal(bytes: Buffer, from: number): number {
    let at = from
    while (at < bytes.length && isLiteralByte(bytes[at] as number)) at++
    this.#capture(bytes, from, at)
    if (at < bytes.length) this.#tokenEnded(false)
    return at
  }

  #startToken(mode: 'string' | 'literal', capturing: boolean): void {
    this.#mode = mode
    this.#capturing = capturing
    this.#tokenBytes = 0
    this.#escapes = false
  }

  #capture(bytes: Buffer, from: number, to: number): void {
    if (!this.#capturing) return
    let size = this.#tokenBytes
    this.#tokenBytes += to - from
    if (this.#tokenBytes > MAX_TOKEN_BYTES) return
    // Tokens are short: a call to copy them would take longer than this.
    for (let at = from; at < to; at++) this.#token[size++] = bytes[at] as number
  }

  #tokenEnded(isString: boolean): void {
    this.#mode = 'structure'
    if (!this.#capturing) return
    const value = this.#tokenValue(isString)
    const scalar = this.#scalar()
    if (isString && this.#atKey) this.#key = typeof value === 'string' ? value : null
    else if (scalar !== null) setFact(this.#facts, scalar, value)
  }

  #tokenValue(isString: boolean): unknown {
    if (this.#tokenBytes > MAX_TOKEN_BYTES) return undefined
    const text = this.#token.toString('utf8', 0, this.#tokenBytes)
    if (isString && !this.#escapes) return text
    try {
      return JSON.parse(isString ? `"${text}"` : text)
    } catch {
      return undefined
    }
  }

  #container(): Wanted | null {
    return this.#depth <= MAX_TRACKED_DEPTH ? (this.#open[this.#depth] ?? null) : null
  }

  #holdsMembers(): boolean {
    const container = this.#container()
    return container !== null && container !== BATCH
  }

  /** What the member at hand is wanted as, while its value is awaited. */
  #member(): ScalarFact | 'response' | Wanted | undefined {
    if (this.#atKey || this.#key === null) return undefined
    return this.#container()?.get(this.#key)
  }

  #scalar(): ScalarFact | null {
    const member = this.#member()
    return typeof member === 'string' && member !== 'response' ? member : null
  }

  #keyed(): void {
    if (this.#container() === null) return
    this.#atKey = false
    if (this.#member() === 'response') this.#facts.isResponse = true
  }

  #opened(byte: number): void {
    const scalar = this.#scalar()
    if (scalar !== null) setFact(this.#facts, scalar, undefined)
    const inside = this.#inside(byte)
    this.#depth++
    if (this.#depth > MAX_TRACKED_DEPTH) return
    this.#open[this.#depth] = inside
    if (inside === null) return
    if (inside === MESSAGE) this.#facts = noFacts()
    this.#key = null
    this.#atKey = inside !== BATCH
  }

  #inside(byte: number): Wanted | null {
    const isObject = byte === OPEN_OBJECT
    if (this.#depth === 0) return isObject ? MESSAGE : BATCH
    if (this.#container() === BATCH) return isObject ? MESSAGE : null
    const member = this.#member()
    return isObject && typeof member === 'object' ? member : null
  }

  #closed(): void {
    const ended = this.#container()
    this.#depth = Math.max(0, this.#depth - 1)
    if (ended === null) return
    this.#atKey = false
    this.#key = null
    if (ended === MESSAGE) this.#onMessage(this.#facts)
  }

  #endLine(): void {
    this.#mode = 'structure'
    this.#depth = 0
    this.#atKey = false
    this.#key = null
    this.#escapeCut = false
  }
}

function isLiteralByte(byte: number): boolean {
  return byte > 0x20 && byte !== COMMA && byte !== CLOSE_OBJECT && byte !== CLOSE_ARRAY
}
