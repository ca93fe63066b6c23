import { escapeText } from '../model/text.ts'
import { type JsonEvents, JsonReader, type ScalarKind } from './json-reader.ts'

/** Characters of an added text, after escaping. */
export const MAX_ADDED = 500

/**
 * The line of a tool's result with one more text at the end of `result.content`; all its own bytes stay as they are.
 * Null where that cannot be: not the line of one complete result with a content array, or a name on the way to it
 * doubled, so that clients could read different ones.
 */
export function annotate(line: Buffer, text: string): Buffer | null {
  const content = new ContentArray()
  const reader = new JsonReader(content, CONTENT_DEPTH + 1)
  reader.push(line)
  if (!line.subarray(-1).equals(NEWLINE)) reader.push(NEWLINE)
  const end = content.end
  if (end === null) return null
  const added = JSON.stringify({ type: 'text', text: addedText(text) })
  return Buffer.concat([
    line.subarray(0, end),
    Buffer.from(content.isEmpty ? added : `,${added}`),
    line.subarray(end),
  ])
}

function addedText(text: string): string {
  const cut = escapeText(text, text.length).slice(0, MAX_ADDED)
  return cut.replace(/[\ud800-\udbff]$/, '')
}

const NEWLINE = Buffer.from('\n')
/** Names on the way, by the depth of their object. */
const PATH = [null, 'result', 'content'] as const
const CONTENT_DEPTH = 3

/** Finds the end of `result.content` in one line. */
class ContentArray implements JsonEvents {
  #depth = 0
  /** How deep the containers on the way are open: equal to the depth while nothing else is. */
  #reached = 0
  #name: string | null = null
  readonly #counts = [0, 0, 0]
  #isResult = true
  #isJson = false
  #end: number | null = null
  isEmpty = true

  /** Where its closing bracket stands; null: there is none, or not beyond doubt. */
  get end(): number | null {
    const [, results, contents] = this.#counts
    return this.#isJson && this.#isResult && results === 1 && contents === 1 ? this.#end : null
  }

  wants(): boolean {
    return this.#isOnWay && this.#depth > 0 && this.#depth < CONTENT_DEPTH
  }

  name(text: string | null): void {
    this.#name = text
    // Some parsers take names in whatever case.
    const name = text?.toLowerCase()
    if (!this.#isOnWay) return
    if (name === PATH[this.#depth]) this.#counts[this.#depth] = (this.#counts[this.#depth] ?? 0) + 1
    if (this.#depth === 1 && (name === 'error' || name === 'method')) this.#isResult = false
  }

  scalar(_kind: ScalarKind, text: string | null): void {
    this.#value()
    // One that asks for more (revision 2026-07-28) is no result of a tool yet.
    if (this.#isOnWay && this.#depth === 2 && this.#name === 'resultType')
      this.#isResult &&= text === 'complete'
  }

  opened(kind: 'object' | 'array'): void {
    this.#value()
    const leads = this.#depth === 0 || (this.#depth < CONTENT_DEPTH && this.#name === PATH[this.#depth])
    const isKind = kind === (this.#depth === CONTENT_DEPTH - 1 ? 'array' : 'object')
    if (this.#isOnWay && leads && isKind) this.#reached++
    this.#depth++
  }

  closed(at: number): void {
    if (this.#isOnWay) {
      if (this.#depth === CONTENT_DEPTH) this.#end = at
      this.#reached--
    }
    this.#depth--
  }

  lineEnded(isJson: boolean): void {
    this.#isJson = isJson
  }

  get #isOnWay(): boolean {
    return this.#depth === this.#reached
  }

  #value(): void {
    if (this.#isOnWay && this.#depth === CONTENT_DEPTH) this.isEmpty = false
  }
}
