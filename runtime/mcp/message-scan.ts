import { type JsonEvents, JsonReader, type ScalarKind } from './json-reader.ts'
import {
  ERROR,
  factOf,
  MESSAGE,
  type MessageFacts,
  noFacts,
  RESULT,
  type ScalarFact,
  type Wanted,
} from './message-facts.ts'

/** A batch's array, the message, its params, their _meta. */
const MAX_DEPTH = 4
const MAX_BATCH = 1024
/** Stands for the array of a batch. */
const BATCH: Wanted = new Map()

/**
 * Reads a few members out of JSON-RPC lines as they pass, in pieces of any size and lines of any length. Tells of a
 * line's messages at its end, the first 1,024 of a batch, and nothing of a line that is not JSON.
 */
export class MessageScan {
  readonly #reader: JsonReader

  constructor(onMessage: (facts: MessageFacts) => void) {
    this.#reader = new JsonReader(new LineFacts(onMessage), MAX_DEPTH)
  }

  /** Says nothing more of the line at hand: for a scan that begins in the middle of one. */
  skipLine(): void {
    this.#reader.skipLine()
  }

  push(bytes: Buffer): void {
    this.#reader.push(bytes)
  }
}

/** A later member of the same name wins, as in JSON.parse. */
class LineFacts implements JsonEvents {
  readonly #onMessage: (facts: MessageFacts) => void
  /** What is wanted of each open container; null where nothing is. */
  readonly #open: (Wanted | null)[] = []
  #name: string | null = null
  #found: MessageFacts[] = []
  #facts = noFacts()
  #members = 0
  #version: string | undefined
  #hasCode = false
  #hasMessage = false
  #hasBody = false

  constructor(onMessage: (facts: MessageFacts) => void) {
    this.#onMessage = onMessage
  }

  wants(what: 'name' | 'scalar'): boolean {
    if (what === 'scalar') return typeof this.#member() === 'string'
    return (this.#container()?.size ?? 0) > 0
  }

  name(text: string | null): void {
    this.#name = text
    if (this.#container() !== MESSAGE) return
    this.#members++
    const member = this.#member()
    if (member === RESULT || member === ERROR) this.#facts.isResponse = true
  }

  scalar(kind: ScalarKind, text: string | null): void {
    const member = this.#member()
    if (typeof member === 'string') this.#set(member, factOf(member, kind, text))
  }

  opened(kind: 'object' | 'array'): void {
    const member = this.#member()
    if (typeof member === 'string') this.#set(member, undefined)
    const inside = this.#inside(kind)
    if (inside === MESSAGE) this.#begin()
    else if (inside === RESULT) this.#hasBody = true
    else if (inside === ERROR) {
      this.#hasCode = false
      this.#hasMessage = false
    }
    this.#open.push(inside)
    this.#name = null
  }

  closed(): void {
    const ended = this.#open.pop()
    this.#name = null
    if (ended === ERROR) this.#hasBody = this.#hasCode && this.#hasMessage
    if (ended === MESSAGE) this.#messageEnded()
  }

  lineEnded(isJson: boolean): void {
    const found = this.#found
    this.#found = []
    this.#open.length = 0
    this.#name = null
    if (isJson) for (const facts of found) this.#onMessage(facts)
  }

  #container(): Wanted | null {
    return this.#open.at(-1) ?? null
  }

  /** What the member at hand is wanted as. */
  #member(): ScalarFact | Wanted | undefined {
    return this.#name === null ? undefined : this.#container()?.get(this.#name)
  }

  #inside(kind: 'object' | 'array'): Wanted | null {
    const isObject = kind === 'object'
    if (this.#open.length === 0) return isObject ? MESSAGE : BATCH
    if (this.#container() === BATCH) return isObject ? MESSAGE : null
    const member = this.#member()
    return isObject && typeof member === 'object' ? member : null
  }

  #begin(): void {
    this.#facts = noFacts()
    this.#members = 0
    this.#version = undefined
    this.#hasBody = false
  }

  #set(fact: ScalarFact, value: string | undefined): void {
    if (fact === 'jsonrpc') this.#version = value
    else if (fact === 'errorCode') this.#hasCode = value !== undefined
    else if (fact === 'errorMessage') this.#hasMessage = value !== undefined
    else this.#facts[fact] = value
  }

  #messageEnded(): void {
    const facts = this.#facts
    facts.inBatch = this.#open.length > 0
    facts.isAnswer = this.#members === 3 && this.#version === '2.0' && facts.id !== undefined && this.#hasBody
    if (this.#found.length < MAX_BATCH) this.#found.push(facts)
  }
}
