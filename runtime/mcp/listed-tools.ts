import type { ListedAnswer } from '../model/traits.ts'
import type { JsonReader } from './json-reader.ts'
import { listAnswersReader } from './list-answers.ts'
import type { MessageFacts } from './message-facts.ts'

const MAX_WAITING = 64
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
  #reader: JsonReader | null = null

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
    if (bytes.length === 0) return
    if (this.#reader === null && this.#waiting.size > 0) this.#reader = this.#begin()
    this.#reader?.push(bytes)
    this.#atLineStart = bytes.at(-1) === NEWLINE
    if (this.#waiting.size === 0 && this.#atLineStart) this.#reader = null
  }

  /** Lines are read from the next one on. */
  #begin(): JsonReader {
    const reader = listAnswersReader({
      isWanted: (id) => this.#waiting.has(id),
      onLine: (answers, isBeyond) => {
        for (const [id, answer] of answers) {
          this.#waiting.delete(id)
          if (answer !== null) this.#onListed(answer)
        }
        // It may be the answer.
        if (isBeyond && this.#waiting.size > 0) this.#onListed({ tools: [], last: false, more: true })
      },
    })
    if (!this.#atLineStart) reader.skipLine()
    return reader
  }
}
