import type { Call } from '../model/call.ts'
import { annotate } from './annotate.ts'
import { type CallTracker, shownId } from './call-tracker.ts'
import { MessageScan } from './message-scan.ts'

const MAX_TEXTS = 4

/** The texts that wait for the results of their calls. */
export class Annotations {
  readonly #calls: CallTracker
  readonly #waiting = new Map<Call['id'], string[]>()

  constructor(calls: CallTracker) {
    this.#calls = calls
  }

  /** False when the text cannot be shown any more: the call is over, or has enough of them. */
  add(id: Call['id'], text: string): boolean {
    if (!this.#calls.isOpen(id)) return false
    const texts = this.#waiting.get(id) ?? []
    if (texts.length >= MAX_TEXTS) return false
    this.#waiting.set(id, [...texts, text])
    return true
  }

  /** Some call's result is yet to come. */
  get isWaiting(): boolean {
    for (const id of this.#waiting.keys()) if (!this.#calls.isOpen(id)) this.#waiting.delete(id)
    return this.#waiting.size > 0
  }

  /** A whole line of the server's, before its answer counts: with the texts that belong to it, or as it is. */
  apply(line: Buffer): Buffer {
    const id = answeredId(line)
    const texts = id === null ? undefined : this.#waiting.get(id)
    if (id === null || texts === undefined) return line
    this.#waiting.delete(id)
    return texts.reduce((annotated, text) => annotate(annotated, text) ?? annotated, line)
  }
}

/** `3.0` and `3e0` are 3 to most clients: the text is for them as well. What ends a call is judged more strictly. */
function plainNumber(id: string): string {
  const value = /^[-\d]/.test(id) ? Number(id) : Number.NaN
  return Number.isSafeInteger(value) ? String(value) : id
}

/** As a call's id is shown; null for every line but one answer. */
function answeredId(line: Buffer): string | null {
  let found: string | null = null
  const scan = new MessageScan(({ isAnswer, inBatch, id }) => {
    if (isAnswer && !inBatch && id !== undefined) found = shownId(plainNumber(id))
  })
  scan.push(line)
  return found
}
