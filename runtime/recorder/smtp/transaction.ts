import type { HttpRequestRecord } from '../../model/flow.ts'
import { denied, type Reason } from '../../model/verdict.ts'
import { type Explanation, explainRequest } from '../explanation.ts'
import { admit } from '../inspect/admit.ts'
import { MAX_HELD_BODY } from '../inspect/held-bytes.ts'
import type { Field, InspectedFlow } from '../inspect/inspection.ts'
import { judgeHeld, refusedLate } from '../inspect/judge-held.ts'
import { newProgress, type RequestProgress, recordEnd } from '../inspect/request-end.ts'
import type { RequestReading } from '../inspect/request-reading.ts'

/** One mail of a connection, from MAIL to the answer to its text: a request like those of HTTP, judged like them. */
export class Transaction {
  readonly #inspected: InspectedFlow
  readonly #record: HttpRequestRecord
  readonly #reading: RequestReading
  readonly progress: RequestProgress = newProgress()
  /** Nothing of it goes on before all of it is read. */
  readonly held: boolean
  #kept = 0

  private constructor(
    inspected: InspectedFlow,
    record: HttpRequestRecord,
    reading: RequestReading,
    held: boolean,
  ) {
    this.#inspected = inspected
    this.#record = record
    this.#reading = reading
    this.held = held
  }

  /** Its row is written, and what MAIL names is weighed. Rejects when the store fails. */
  static async begin(
    inspected: InspectedFlow,
    fields: readonly Field[],
  ): Promise<Transaction | { readonly refused: Explanation }> {
    const headers: Field[] = [...fields, ['Content-Type', 'message/rfc822']]
    const said = { method: 'MAIL', target: '/', hosts: [inspected.name], headers }
    const head = { ...said, malformed: false, bodyBytes: null, switches: false }
    const admission = await admit(inspected, head)
    if (admission.kind === 'denied') return { refused: admission.explanation }
    const { record, reading, hold } = admission
    return new Transaction(inspected, record, reading, hold)
  }

  /** It was stopped; why, in the client's words. */
  get refused(): Explanation | null {
    const { verdict } = this.progress
    return verdict === null ? null : explainRequest(this.#inspected.flow, verdict.reason)
  }

  /** Weighs what a command names before the command goes on; gives why it does not. */
  async fields(fields: readonly Field[]): Promise<Explanation | null> {
    this.#reading.trailers(fields)
    await this.#reading.weighed()
    if (!this.held || !this.#reading.blocks) return null
    this.progress.verdict = denied('payload-destination')
    const entries = this.#reading.tell('denied')
    if (entries.length > 0) await this.#inspected.context.record(...entries)
    return this.refused
  }

  /** Reads a piece of its text. False: it is longer than may be kept. */
  async text(chunk: Buffer): Promise<boolean> {
    if (this.held) {
      const fits = this.#kept + chunk.length <= MAX_HELD_BODY && this.#inspected.held.take(chunk.length)
      if (!fits) return false
      this.#kept += chunk.length
    }
    await this.#reading.write(chunk)
    return true
  }

  /** The verdict on a held text; gives why it does not go on. `whole`: all of it was read. */
  async weigh(whole: boolean): Promise<Explanation | null> {
    this.progress.verdict = await judgeHeld(this.#inspected, this.#record, this.#reading, whole)
    return this.refused
  }

  /** What came next could be read in two ways, or cannot be read at all. */
  async refuse(reason: Reason): Promise<void> {
    this.progress.verdict = denied(reason)
    const told = this.#reading.tell('denied')
    await this.#inspected.context.record(...told, ...refusedLate(this.#inspected, this.#record, reason))
  }

  /** Writes its end, once; `partial`: something of it was not read. */
  async end(): Promise<'partial' | 'whole'> {
    this.#inspected.held.give(this.#kept)
    await this.#reading.weighed()
    const untold = this.#reading.tell(this.progress.verdict === null ? 'allowed' : 'denied')
    if (untold.length > 0) await this.#inspected.context.record(...untold)
    const inspection = await recordEnd(this.#inspected, this.#record, this.#reading, this.progress)
    return inspection === 'partial' ? 'partial' : 'whole'
  }
}
