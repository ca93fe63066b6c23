import type { ListedAnswer, ListedTool } from '../model/traits.ts'
import { LineHeads } from './line-heads.ts'
import type { MessageFacts } from './message-facts.ts'

/** Of an answer; a longer one is not read. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024
const MAX_WAITING = 64
const MAX_TOOLS = 512
const MAX_NAME = 256
/** Of a tool's members; no schema is nested like that, and who reads one goes as deep. */
const MAX_DEPTH = 256
const NEWLINE = 0x0a

export type OnListed = (answer: ListedAnswer) => void

/**
 * Reads along what the server answers to `tools/list`, in both eras, also when the client asks again after
 * `notifications/tools/list_changed`. While no such question is open the server's lines cost nothing.
 */
export class ListedTools {
  readonly #onListed: OnListed
  /** Ids as JSON text. */
  readonly #waiting = new Set<string>()
  #atLineStart = true
  #lines: LineHeads | null = null

  constructor(onListed: OnListed) {
    this.#onListed = onListed
  }

  fromClient({ method, id }: MessageFacts): void {
    if (method !== 'tools/list' || id === undefined) return
    this.#waiting.add(id)
    if (this.#waiting.size <= MAX_WAITING) return
    for (const oldest of this.#waiting) {
      this.#waiting.delete(oldest)
      return
    }
  }

  fromServer(bytes: Buffer): void {
    const rest = this.#lines === null ? this.#begin(bytes) : bytes
    this.#lines?.push(rest)
    this.#atLineStart = bytes.length === 0 ? this.#atLineStart : bytes.at(-1) === NEWLINE
    if (this.#waiting.size === 0 && this.#atLineStart) this.#lines = null
  }

  /** Lines are read from the next one on. */
  #begin(bytes: Buffer): Buffer {
    if (this.#waiting.size === 0) return bytes
    const start = this.#atLineStart ? 0 : bytes.indexOf(NEWLINE) + 1
    if (start === 0 && !this.#atLineStart) return bytes
    this.#lines = new LineHeads(MAX_ANSWER_BYTES, (line, length) => this.#onLine(line, length))
    return bytes.subarray(start)
  }

  #onLine(line: Buffer, length: number): void {
    if (this.#waiting.size === 0) return
    if (line.length < length) {
      // It may be the answer.
      this.#onListed({ tools: [], last: false, more: true })
      return
    }
    const message = parsed(line)
    for (const one of Array.isArray(message) ? message : [message]) this.#onMessage(one)
  }

  #onMessage(message: unknown): void {
    if (!isObject(message) || !isObject(message.result)) return
    const { id, result } = message
    if (typeof id !== 'string' && typeof id !== 'number') return
    if (!this.#waiting.delete(JSON.stringify(id)) || !Array.isArray(result.tools)) return
    const listed = result.tools.slice(0, MAX_TOOLS)
    const readable = listed.filter((tool) => !isDeeper(tool, MAX_DEPTH))
    this.#onListed({
      tools: readable.flatMap(toolOf),
      last: typeof result.nextCursor !== 'string',
      more: readable.length < result.tools.length,
    })
  }
}

function toolOf(tool: unknown): ListedTool[] {
  if (!isObject(tool)) return []
  const { name, description, ...rest } = tool
  if (typeof name !== 'string') return []
  return [
    {
      name: name.slice(0, MAX_NAME),
      description: typeof description === 'string' ? description : null,
      rest:
        typeof description === 'string'
          ? rest
          : { ...rest, ...(description !== undefined && { description }) },
    },
  ]
}

/** Without a call for each level, of which there may be millions. */
function isDeeper(value: unknown, most: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  }
  return false
}

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'))
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
