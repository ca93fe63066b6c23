import type { ListedAnswer, ListedTool } from '../model/traits.ts'
import { type JsonEvents, JsonReader, type ScalarKind } from './json-reader.ts'
import { fold } from './json-shape.ts'
import { MAX_TOOL_TEXT, scalarText, ToolText } from './tool-text.ts'

/** Of all tools in one line, together. */
export const MAX_LIST_TEXT = 4 * 1024 * 1024
const MAX_TOOLS = 512
/** Batch, message, result, tools, and all that a tool may hold. */
const TOLD_DEPTH = 512

export interface ListAnswersOptions {
  /** Whether an answer by that id, as JSON text, is of use. */
  readonly isWanted: (id: string) => boolean
  /** A line's end: the answers in it by their ids, null for one without a list; `beyond`: there may be others. */
  readonly onLine: (answers: ReadonlyMap<string, ListedAnswer | null>, beyond: boolean) => void
}

/**
 * Reads the answers to `tools/list` as their bytes pass, with as much work for each piece as it has bytes: a list of
 * megabytes holds up nothing. Texts alone are kept.
 */
export function listAnswersReader(options: ListAnswersOptions): JsonReader {
  return new JsonReader(new ListAnswers(options), TOLD_DEPTH, MAX_TOOL_TEXT)
}

/** What an open bracket is; `other`: passed over. */
type Place = 'batch' | 'message' | 'result' | 'tools' | 'other'

interface Result {
  /** Null: there is no list in it. */
  tools: ListedTool[] | null
  count: number
  last: boolean
  more: boolean
}

class ListAnswers implements JsonEvents {
  readonly #options: ListAnswersOptions
  readonly #open: Place[] = []
  #name: string | null = null
  #tool: ToolText | null = null
  #room = MAX_LIST_TEXT
  #id: string | null = null
  #result: Result | null = null
  #found = new Map<string, ListedAnswer | null>()

  constructor(options: ListAnswersOptions) {
    this.#options = options
  }

  wants(what: 'name' | 'scalar'): boolean {
    if (this.#tool !== null) return this.#tool.wantsText
    const place = this.#open.at(-1)
    if (what === 'name') return place === 'message' || place === 'result'
    return place === 'message' && this.#name === 'id'
  }

  name(text: string | null): void {
    this.#tool?.name(text)
    if (this.#tool !== null) return
    this.#name = text
    const place = this.#open.at(-1)
    // A later member of the same name counts, as in JSON.parse.
    if (place === 'message' && text === 'id') this.#id = null
    else if (place === 'message' && text === 'result') this.#result = null
    else if (place === 'result' && this.#result !== null) this.#resultMember(this.#result, text)
  }

  scalar(kind: ScalarKind, text: string | null): void {
    this.#tool?.scalar(kind, text)
    if (this.#tool !== null) return
    const place = this.#open.at(-1)
    if (place === 'message' && this.#name === 'id' && text !== null && kind !== 'literal')
      this.#id = scalarText(kind, text)
    if (place === 'result' && this.#name === 'nextCursor' && this.#result !== null)
      this.#result.last = kind !== 'string'
    this.#name = null
  }

  opened(kind: 'object' | 'array'): void {
    this.#tool?.opened(kind)
    if (this.#tool !== null) return
    const place = this.#placeOf(kind)
    this.#name = null
    if (place === 'tool') {
      this.#tool = new ToolText()
      this.#tool.opened(kind)
      return
    }
    this.#open.push(place)
    if (place === 'message') {
      this.#id = null
      this.#result = null
    } else if (place === 'result') this.#result = { tools: null, count: 0, last: true, more: false }
    else if (place === 'tools' && this.#result !== null) this.#result.tools = []
  }

  closed(): void {
    if (this.#tool !== null) {
      this.#tool.closed()
      if (this.#tool.isWhole) this.#toolEnded(this.#tool)
      return
    }
    if (this.#open.pop() === 'message') this.#messageEnded()
    this.#name = null
  }

  lineEnded(isJson: boolean, isBeyond: boolean): void {
    const found = isJson ? this.#found : new Map()
    this.#found = new Map()
    this.#open.length = 0
    this.#name = null
    this.#tool = null
    this.#room = MAX_LIST_TEXT
    this.#options.onLine(found, isBeyond)
  }

  #placeOf(kind: 'object' | 'array'): Place | 'tool' {
    const place = this.#open.at(-1)
    if (kind === 'array') {
      if (place === undefined) return 'batch'
      return place === 'result' && this.#name === 'tools' ? 'tools' : 'other'
    }
    if (place === undefined || place === 'batch') return 'message'
    if (place === 'message' && this.#name === 'result') return 'result'
    return place === 'tools' ? 'tool' : 'other'
  }

  /** What some parsers take for the list and others do not is not told apart. */
  #resultMember(result: Result, name: string | null): void {
    if (name === 'nextCursor') result.last = true
    else if (name === 'tools') {
      result.more ||= result.tools !== null
      result.tools = null
      result.count = 0
    } else if (name !== null && fold(name) === 'tools') result.more = true
  }

  #toolEnded(ended: ToolText): void {
    this.#tool = null
    const result = this.#result
    if (result === null) return
    const tool = ended.tool()
    this.#room -= ended.size
    const hasRoom = result.count++ < MAX_TOOLS && this.#room >= 0
    result.more ||= ended.isBeyond || !hasRoom
    if (tool !== null && hasRoom) result.tools?.push(tool)
  }

  #messageEnded(): void {
    const id = this.#id
    if (id === null || this.#result === null || this.#found.has(id) || !this.#options.isWanted(id)) return
    const { tools, last, more } = this.#result
    this.#found.set(id, tools && { tools, last, more })
    this.#result = null
  }
}
