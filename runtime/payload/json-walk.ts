import { BytePieces } from './byte-pieces.ts'
import { isJsonNumber, jsonText, pointerSegment } from './json-text.ts'
import { type Cut, cutAtStart } from './text/cut-text.ts'

export type ScalarType = 'string' | 'number' | 'literal' | 'key'

/**
 * `pointer`: RFC 6901, of the value, or for a key of the object that it stands in. `literal`: true, false, null, or
 * whatever else stands where no quotes are. `cut`: long tokens come in overlapping pieces.
 */
export type OnScalar = (pointer: string, text: string, type: ScalarType, cut: Cut) => void

/**
 * Reads JSON in UTF-8, in pieces of any size, one document or several one after another. It judges nothing and never
 * throws: of what is not JSON every byte is still part of some scalar. Deeper than 128 levels, or past 1,024
 * characters, pointers end early.
 */
export class JsonWalk {
  readonly #onScalar: OnScalar
  readonly #token = new BytePieces((text, cut) => this.#piece(text, cut))
  #mode: 'structure' | 'string' | 'literal' = 'structure'
  #escapeCut = false
  #depth = 0
  /** By depth, the root's at 0: an object or not, the pointer so far, and the member or element at hand. */
  readonly #isObject: boolean[] = [false]
  readonly #pointers: string[] = ['']
  readonly #keys: string[] = ['']
  readonly #indexes: number[] = [0]
  #atKey = false
  #isPlain = true
  #isDeep = false

  constructor(onScalar: OnScalar) {
    this.#onScalar = onScalar
  }

  push(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#mode === 'string') at = this.#string(bytes, at)
      else if (this.#mode === 'structure') at = this.#structure(bytes, at)
      else at = this.#literal(bytes, at)
    }
  }

  /** So far, every name is in quotes and every value is one of JSON's or of those that Python writes. */
  get isPlain(): boolean {
    return this.#isPlain
  }

  /** Some pointer ended early. */
  get isDeep(): boolean {
    return this.#isDeep
  }

  /** Nothing follows: what was begun is given out. */
  end(): void {
    if (this.#mode !== 'structure') this.#token.end(NOTHING, 0, 0)
    this.#mode = 'structure'
  }

  #structure(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] as number
      if (byte <= SPACE) continue
      if (byte === QUOTE) {
        this.#mode = 'string'
        return at + 1
      }
      if (byte === COLON) this.#atKey = false
      else if (byte === COMMA) this.#next()
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#open(byte === OPEN_OBJECT)
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.#close()
      else {
        this.#mode = 'literal'
        return at
      }
    }
    return bytes.length
  }

  #string(bytes: Buffer, from: number): number {
    let at = from
    if (this.#escapeCut) at++
    this.#escapeCut = false
    while (at < bytes.length) {
      const byte = bytes[at]
      if (byte === QUOTE) {
        this.#token.end(bytes, from, at)
        this.#mode = 'structure'
        return at + 1
      }
      at += byte === BACKSLASH ? 2 : 1
    }
    this.#escapeCut = at > bytes.length
    this.#token.add(bytes, from, bytes.length)
    return bytes.length
  }

  /** After a key a colon ends it; in a value (`https://…` without quotes) it is part of it. */
  #literal(bytes: Buffer, from: number): number {
    let at = from
    while (at < bytes.length && !this.#endsLiteral(bytes[at] as number)) at++
    if (at < bytes.length) {
      this.#token.end(bytes, from, at)
      this.#mode = 'structure'
    } else this.#token.add(bytes, from, at)
    return at
  }

  #endsLiteral(byte: number): boolean {
    if (byte <= SPACE || byte === QUOTE || byte === COMMA) return true
    if (byte === COLON) return this.#atKey
    return byte === OPEN_OBJECT || byte === CLOSE_OBJECT || byte === OPEN_ARRAY || byte === CLOSE_ARRAY
  }

  #piece(raw: string, cut: Cut): void {
    const text = this.#mode === 'string' ? jsonText(raw) : raw
    const frame = Math.min(this.#depth, MAX_DEPTH)
    if (this.#mode === 'literal' && (this.#atKey || !LITERAL.test(text))) this.#isPlain = false
    if (this.#atKey) {
      if (!cutAtStart(cut)) this.#keys[frame] = text.slice(0, MAX_KEY)
      this.#onScalar(this.#pointers[frame] ?? '', text, 'key', cut)
      return
    }
    const type = this.#mode === 'string' ? 'string' : isJsonNumber(text) ? 'number' : 'literal'
    this.#onScalar(this.#pointer(frame), text, type, cut)
  }

  /** Of the value at hand. */
  #pointer(frame: number): string {
    const own = this.#pointers[frame] ?? ''
    if (frame === 0) return own
    if (this.#depth > MAX_DEPTH || own.length > MAX_POINTER) {
      this.#isDeep = true
      return own
    }
    return `${own}/${this.#isObject[frame] ? pointerSegment(this.#keys[frame] ?? '') : this.#indexes[frame]}`
  }

  #open(isObject: boolean): void {
    const pointer = this.#pointer(Math.min(this.#depth, MAX_DEPTH))
    this.#depth++
    this.#atKey = isObject && this.#depth <= MAX_DEPTH
    if (this.#depth > MAX_DEPTH) return
    this.#isObject[this.#depth] = isObject
    this.#pointers[this.#depth] = pointer
    this.#keys[this.#depth] = ''
    this.#indexes[this.#depth] = 0
  }

  #close(): void {
    this.#depth = Math.max(0, this.#depth - 1)
    this.#atKey = false
  }

  #next(): void {
    if (this.#depth === 0 || this.#depth > MAX_DEPTH) return
    this.#atKey = this.#isObject[this.#depth] === true
    this.#indexes[this.#depth] = (this.#indexes[this.#depth] ?? 0) + 1
  }
}

const LITERAL = /^(?:true|false|null|NaN|-?Infinity|-?\d[\d.eE+-]*)$/
const MAX_DEPTH = 128
const MAX_KEY = 128
const MAX_POINTER = 1024
const NOTHING = Buffer.alloc(0)

const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_ARRAY = 0x5b
const BACKSLASH = 0x5c
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
