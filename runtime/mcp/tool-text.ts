import { canonicalText } from '../model/canonical-json.ts'
import type { ListedTool } from '../model/traits.ts'
import type { ScalarKind } from './json-reader.ts'

/** Characters of a tool's text, and bytes of one string in it. Those of honest tools have some ten thousand. */
export const MAX_TOOL_TEXT = 256 * 1024
/** Of a tool's members; no schema is nested like that. */
const MAX_DEPTH = 256
const MAX_NAME = 256

interface Frame {
  /** Null in an array, whose items are in `items`. */
  readonly members: Map<string, string> | null
  name: string
  items: string
}

/**
 * One tool of a list as it is read: its name, its description, and the JSON text of all else in the order of names at
 * every depth. Of what is too long or too deep name and description are still told.
 */
export class ToolText {
  /** None any more once it is beyond. */
  #open: Frame[] = []
  #depth = 0
  #size = 0
  #isBeyond = false
  /** Of the tool itself, the one at hand. */
  #member: string | null = null
  #name: string | null = null
  #description: string | null = null
  #members: ReadonlyMap<string, string> = new Map()

  /** Whether the text of the name or scalar that comes is of use. */
  get wantsText(): boolean {
    return !this.#isBeyond || this.#depth === 1
  }

  /** It is longer, or nested deeper, than is told apart. */
  get isBeyond(): boolean {
    return this.#isBeyond
  }

  /** Characters that it holds. */
  get size(): number {
    return this.#isBeyond ? (this.#description?.length ?? 0) : this.#size
  }

  /** All its brackets are closed. */
  get isWhole(): boolean {
    return this.#depth === 0
  }

  name(text: string | null): void {
    if (this.#depth === 1) this.#member = text
    this.#grow(text, '"":'.length)
    const frame = this.#open.at(-1)
    if (frame !== undefined) frame.name = text ?? ''
  }

  scalar(kind: ScalarKind, text: string | null): void {
    if (this.#depth === 1) this.#say(kind === 'string' ? text : null)
    this.#grow(text, kind === 'string' ? '"",'.length : 1)
    if (text !== null) this.#add(kind, text)
  }

  opened(kind: 'object' | 'array'): void {
    if (this.#depth === 1) this.#say(null)
    this.#grow('[]', 1)
    if (++this.#depth > MAX_DEPTH) this.#leave()
    if (!this.#isBeyond)
      this.#open.push({ members: kind === 'object' ? new Map() : null, name: '', items: '' })
  }

  closed(): void {
    this.#depth--
    const frame = this.#open.pop()
    if (frame === undefined) return
    if (this.#open.length === 0) this.#members = frame.members ?? new Map()
    else this.#add('whole', frame.members === null ? `[${frame.items}]` : canonicalText(frame.members))
  }

  /** Null where it has no name. */
  tool(): ListedTool | null {
    if (this.#name === null) return null
    const description = this.#description
    const rest = new Map(this.#members)
    rest.delete('name')
    if (description !== null) rest.delete('description')
    return { name: this.#name.slice(0, MAX_NAME), description, rest: this.#isBeyond ? null : rest }
  }

  /** A later member of the same name counts, here and below, as in JSON.parse. */
  #say(text: string | null): void {
    if (this.#member === 'name') this.#name = text
    else if (this.#member === 'description') this.#description = text
  }

  #add(kind: ScalarKind | 'whole', text: string): void {
    const frame = this.#open.at(-1)
    if (frame === undefined) return
    const value = kind === 'whole' ? text : scalarText(kind, text)
    if (frame.members === null) frame.items += frame.items === '' ? value : `,${value}`
    else frame.members.set(frame.name, value)
  }

  #grow(text: string | null, more: number): void {
    this.#size += text === null ? 0 : text.length + more
    if (text === null || this.#size > MAX_TOOL_TEXT) this.#leave()
  }

  #leave(): void {
    this.#isBeyond = true
    this.#open = []
  }
}

/** As JSON.stringify writes it, however it was written. */
export function scalarText(kind: ScalarKind, text: string): string {
  if (kind === 'string') return JSON.stringify(text)
  return kind === 'literal' || PLAIN.test(text) ? text : JSON.stringify(Number(text))
}

/** Whole numbers that a double holds: most are, and are written in one way. */
const PLAIN = /^[1-9]\d{0,14}$/
