const NEWLINE = 0x0a
const QUOTE = 0x22
const COMMA = 0x2c
const DIGIT_ZERO = 0x30
const DIGIT_NINE = 0x39
const COLON = 0x3a
const OPEN_ARRAY = 0x5b
const BACKSLASH = 0x5c
const CLOSE_ARRAY = 0x5d
const LETTER_U = 0x75
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** Unless a reader is made for longer ones: longer names and strings are told as null; a longer number is no JSON here. */
export const MAX_TOKEN_BYTES = 256
/** Clients differ in what they still read. */
const MAX_DEPTH = 10_000

export type ScalarKind = 'string' | 'number' | 'literal'

/** What a reader tells of each line as it passes; all of it is void where the line turns out not to be JSON. */
export interface JsonEvents {
  /** Whether the text of the name or scalar that begins here matters; else it is told as null. */
  wants(what: 'name' | 'scalar'): boolean
  name(text: string | null): void
  /** A string's value; a number or literal as it was written. */
  scalar(kind: ScalarKind, text: string | null): void
  /** `at`: where its bracket stands, in bytes from the line's beginning. */
  opened(kind: 'object' | 'array', at: number): void
  closed(at: number): void
  /**
   * Whether the line was one JSON text (RFC 8259) from end to end, which clients parse. `isBeyond`: it was not read to
   * its end, since it is nested deeper, or has a longer number, than is read here; some may read it.
   */
  lineEnded(isJson: boolean, isBeyond: boolean): void
}

type Expected = 'value' | 'first-value' | 'name' | 'first-name' | 'colon' | 'comma' | 'end'

/**
 * Reads lines of JSON in pieces of any size, lines of any length, holding one token and a bit for each open
 * bracket. It is strict, since a server may write what one parser takes and another does not. (That strings are
 * UTF-8 it does not check.) Values deeper than `maxDepth` are checked and not told.
 */
export class JsonReader {
  readonly #events: JsonEvents
  readonly #maxDepth: number
  readonly #maxToken: number
  #mode: 'structure' | 'string' | 'escape' | 'hex' | 'plain' | 'lost' = 'structure'
  #expected: Expected = 'value'
  /** Of each open bracket, whether it is an object's. */
  readonly #open: boolean[] = []
  /** Where the chunk at hand begins, from the line's beginning. */
  #base = 0
  #isName = false
  #hexDigits = 0
  #token = Buffer.alloc(MAX_TOKEN_BYTES)
  #tokenBytes = 0
  #capturing = false
  #escapes = false
  #isBeyond = false

  constructor(events: JsonEvents, maxDepth: number, maxToken = MAX_TOKEN_BYTES) {
    this.#events = events
    this.#maxDepth = maxDepth
    this.#maxToken = maxToken
  }

  /** The line at hand is none to be told of: for a reader that begins in the middle of one. */
  skipLine(): void {
    this.#mode = 'lost'
  }

  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#mode === 'string') at = this.#string(bytes, at)
      else if (this.#mode === 'structure') at = this.#structure(bytes, at)
      else if (this.#mode === 'plain') at = this.#plain(bytes, at)
      else if (this.#mode === 'escape') at = this.#escape(bytes, at)
      else if (this.#mode === 'hex') at = this.#hex(bytes, at)
      else {
        const end = bytes.indexOf(NEWLINE, at)
        if (end < 0) break
        this.#endLine(end)
        at = end + 1
      }
    }
    this.#base += bytes.length
  }

  #structure(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (byte === QUOTE) return this.#startString() ? at + 1 : at
      if (byte === COMMA) {
        if (this.#expected !== 'comma') return this.#lose(at)
        this.#expected = this.#open[this.#open.length - 1] ? 'name' : 'value'
      } else if (byte === COLON) {
        if (this.#expected !== 'colon') return this.#lose(at)
        this.#expected = 'value'
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        if (!this.#opened(byte === OPEN_OBJECT, at)) return this.#lose(at)
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        if (!this.#closed(byte === CLOSE_OBJECT, at)) return this.#lose(at)
      } else if (byte === NEWLINE) this.#endLine(at)
      else if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) {
        if (!this.#awaitsValue()) return this.#lose(at)
        this.#startToken('plain', true)
        return at
      }
    }
    return bytes.length
  }

  #string(bytes: Buffer, from: number): number {
    let at = from
    while (at < bytes.length && IN_STRING[bytes[at] as number] === 1) at++
    this.#capture(bytes, from, at)
    if (at === bytes.length) return at
    if (bytes[at] === QUOTE) this.#stringEnded()
    else if (bytes[at] === BACKSLASH) {
      this.#capture(bytes, at, at + 1)
      this.#escapes = true
      this.#mode = 'escape'
    } else return this.#lose(at)
    return at + 1
  }

  #escape(bytes: Buffer, at: number): number {
    const byte = bytes[at] as number
    if (ESCAPED[byte] !== 1) return this.#lose(at)
    this.#capture(bytes, at, at + 1)
    this.#hexDigits = 0
    this.#mode = byte === LETTER_U ? 'hex' : 'string'
    return at + 1
  }

  #hex(bytes: Buffer, at: number): number {
    if (HEX[bytes[at] as number] !== 1) return this.#lose(at)
    this.#capture(bytes, at, at + 1)
    if (++this.#hexDigits === 4) this.#mode = 'string'
    return at + 1
  }

  /** A number or a literal; it ends where anything else begins. */
  #plain(bytes: Buffer, from: number): number {
    let at = from
    while (at < bytes.length && IN_PLAIN[bytes[at] as number] === 1) at++
    this.#capture(bytes, from, at)
    if (at === bytes.length) return at
    const isTold = this.#isTold && this.#events.wants('scalar')
    // Most numbers are plain ones that nobody asks for.
    const text = isTold || !this.#isDigits() ? this.#plainText() : null
    const isLiteral = text === 'null' || text === 'true' || text === 'false'
    if (text !== null && !isLiteral && !NUMBER.test(text)) {
      this.#isBeyond = this.#tokenBytes > this.#maxToken
      return this.#lose(at)
    }
    this.#mode = 'structure'
    if (this.#isTold) this.#events.scalar(isLiteral ? 'literal' : 'number', isTold ? text : null)
    this.#valueEnded()
    return at
  }

  #plainText(): string {
    return this.#tokenBytes > this.#maxToken ? '' : this.#token.toString('latin1', 0, this.#tokenBytes)
  }

  #isDigits(): boolean {
    const size = this.#tokenBytes
    if (size === 0 || size > MAX_TOKEN_BYTES || (size > 1 && this.#token[0] === DIGIT_ZERO)) return false
    for (let at = 0; at < size; at++) {
      const byte = this.#token[at] as number
      if (byte < DIGIT_ZERO || byte > DIGIT_NINE) return false
    }
    return true
  }

  get #isTold(): boolean {
    return this.#open.length <= this.#maxDepth
  }

  #awaitsValue(): boolean {
    return this.#expected === 'value' || this.#expected === 'first-value'
  }

  #startString(): boolean {
    this.#isName = this.#expected === 'name' || this.#expected === 'first-name'
    if (!this.#isName && !this.#awaitsValue()) {
      this.#mode = 'lost'
      return false
    }
    this.#startToken('string', this.#isTold && this.#events.wants(this.#isName ? 'name' : 'scalar'))
    return true
  }

  #startToken(mode: 'string' | 'plain', capturing: boolean): void {
    this.#mode = mode
    this.#capturing = capturing
    this.#tokenBytes = 0
    this.#escapes = false
  }

  #capture(bytes: Buffer, from: number, to: number): void {
    if (!this.#capturing) return
    let size = this.#tokenBytes
    this.#tokenBytes += to - from
    if (this.#tokenBytes > this.#maxToken) return
    if (this.#tokenBytes > this.#token.length) this.#grow(size)
    // Most are short: a call to copy them would take longer.
    if (to - from > MAX_TOKEN_BYTES) bytes.copy(this.#token, size, from, to)
    else for (let at = from; at < to; at++) this.#token[size++] = bytes[at] as number
  }

  #grow(used: number): void {
    const grown = Buffer.alloc(Math.min(this.#maxToken, 2 * this.#tokenBytes))
    this.#token.copy(grown, 0, 0, used)
    this.#token = grown
  }

  #stringEnded(): void {
    this.#mode = 'structure'
    const isTold = this.#isTold
    if (this.#isName) this.#expected = 'colon'
    else this.#valueEnded()
    if (!isTold) return
    const text = this.#capturing && this.#tokenBytes <= this.#maxToken ? this.#stringValue() : null
    if (this.#isName) this.#events.name(text)
    else this.#events.scalar('string', text)
  }

  #stringValue(): string {
    const text = this.#token.toString('utf8', 0, this.#tokenBytes)
    return this.#escapes ? (JSON.parse(`"${text}"`) as string) : text
  }

  #valueEnded(): void {
    this.#expected = this.#open.length === 0 ? 'end' : 'comma'
  }

  #opened(isObject: boolean, at: number): boolean {
    this.#isBeyond = this.#open.length === MAX_DEPTH
    if (!this.#awaitsValue() || this.#isBeyond) return false
    if (this.#open.length < this.#maxDepth) {
      this.#events.opened(isObject ? 'object' : 'array', this.#base + at)
    }
    this.#open.push(isObject)
    this.#expected = isObject ? 'first-name' : 'first-value'
    return true
  }

  #closed(isObject: boolean, at: number): boolean {
    const isEmpty = this.#expected === (isObject ? 'first-name' : 'first-value')
    if (!isEmpty && (this.#expected !== 'comma' || this.#open[this.#open.length - 1] !== isObject))
      return false
    this.#open.pop()
    if (this.#open.length < this.#maxDepth) this.#events.closed(this.#base + at)
    this.#valueEnded()
    return true
  }

  #lose(at: number): number {
    this.#mode = 'lost'
    return at
  }

  #endLine(at: number): void {
    const isJson = this.#mode === 'structure' && this.#expected === 'end'
    this.#base = -(at + 1)
    this.#mode = 'structure'
    this.#expected = 'value'
    this.#open.length = 0
    const isBeyond = this.#isBeyond
    this.#isBeyond = false
    this.#events.lineEnded(isJson, isBeyond)
  }
}

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/
const ESCAPED = bytesOf((byte) => '"\\/bfnrtu'.includes(String.fromCharCode(byte)))
const HEX = bytesOf((byte) => /[0-9a-fA-F]/.test(String.fromCharCode(byte)))
const IN_STRING = bytesOf((byte) => byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH)
const IN_PLAIN = bytesOf((byte) => /[0-9a-zA-Z+\-.]/.test(String.fromCharCode(byte)))

function bytesOf(holds: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (holds(byte) ? 1 : 0))
}
