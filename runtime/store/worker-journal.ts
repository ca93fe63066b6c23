import type { Worker } from 'node:worker_threads'
import { McpRunError } from '../model/errors.ts'
import type { Journal, JournalEntry } from '../model/journal.ts'
import type { KnownTraits } from '../model/traits.ts'
import type { FromWorker, KnownPart, ToWorker } from './messages.ts'
import { allKnown } from './read/known-traits.ts'
import { failureOf, threadError } from './thread-errors.ts'

interface Call {
  readonly resolve: () => void
  readonly reject: (error: McpRunError) => void
}

/**
 * The journal as its callers see it. Calls of one turn of the event loop go to the thread in one message; the
 * thread answers with the number of the last call that it has committed.
 */
export class WorkerJournal implements Journal {
  readonly known: Promise<KnownTraits>
  readonly #worker: Worker
  #entries: JournalEntry[] = []
  #calls: Call[] = []
  #made = 0
  #sent = 0
  #committed = 0
  #scheduled = false
  #failure: McpRunError | null = null
  #closing: Promise<void> | null = null
  #closed: (() => void) | null = null
  readonly #parts: KnownTraits[] = []
  #knownEnds: { resolve(known: KnownTraits): void; reject(error: McpRunError): void } | null = null

  /** `learns`: the thread reads what earlier sessions left, and tells. */
  constructor(worker: Worker, learns = false) {
    this.#worker = worker
    this.known = learns
      ? new Promise((resolve, reject) => {
          this.#knownEnds = { resolve, reject }
        })
      : Promise.resolve(allKnown([]))
    this.known.catch(() => undefined)
    worker.on('message', (message: FromWorker) => this.#hear(message))
    worker.on('error', (error) => this.#fail(threadError(error)))
    worker.on('exit', () => this.#exited())
    this.#rest()
  }

  write(...entries: readonly JournalEntry[]): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    if (this.#closing !== null) return Promise.reject(closedError())
    for (const entry of entries) this.#entries.push(entry)
    this.#made++
    if (!this.#scheduled) {
      this.#scheduled = true
      setImmediate(() => this.#send())
    }
    return new Promise((resolve, reject) => this.#calls.push({ resolve, reject }))
  }

  close(): Promise<void> {
    this.#knownEnds?.reject(closedError())
    this.#closing ??= new Promise((resolve) => {
      this.#closed = resolve
      if (this.#failure !== null) return resolve()
      this.#worker.ref()
      this.#send()
      this.#post('close')
    })
    return this.#closing
  }

  #send(): void {
    this.#scheduled = false
    if (this.#failure !== null || this.#sent === this.#made) return
    this.#sent = this.#made
    const entries = this.#entries
    this.#entries = []
    this.#worker.ref()
    this.#post({ last: this.#made, entries })
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  #hear(message: FromWorker): void {
    if (typeof message === 'number') this.#commit(message)
    else if (message === 'closed') this.#closed?.()
    else if (typeof message === 'object' && 'known' in message) this.#learn(message)
    else if (typeof message === 'object' && 'message' in message) this.#fail(failureOf(message))
  }

  #learn({ known }: KnownPart): void {
    if (known !== null) {
      this.#parts.push(known)
      return
    }
    this.#knownEnds?.resolve(allKnown(this.#parts.splice(0)))
    this.#knownEnds = null
    this.#rest()
  }

  /** The thread keeps the process alive only while somebody waits for it. */
  #rest(): void {
    const isAwaited = this.#calls.length > 0 || this.#closing !== null || this.#knownEnds !== null
    if (!isAwaited) this.#worker.unref()
  }

  #commit(last: number): void {
    const done = this.#calls.splice(0, last - this.#committed)
    this.#committed = last
    this.#rest()
    for (const call of done) call.resolve()
  }

  #exited(): void {
    if (this.#closing === null || this.#calls.length > 0) this.#fail(threadError(undefined))
    this.#closed?.()
  }

  #fail(error: McpRunError): void {
    if (this.#failure !== null) return
    this.#failure = error
    this.#knownEnds?.reject(error)
    this.#worker.unref()
    for (const call of this.#calls.splice(0)) call.reject(error)
    this.#closed?.()
  }
}

function closedError(): McpRunError {
  return new McpRunError('store-failed', 'The journal is closed.')
}
