import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type Database from 'better-sqlite3'
import type { JournalEntry } from '../model/journal.ts'
import { retryBusy } from './busy.ts'
import { Checkpoints } from './checkpoints.ts'
import { openDatabase } from './database.ts'
import { KnownReading } from './known-reading.ts'
import type { FromWorker, ToWorker, WriteTask } from './messages.ts'
import { reconcile } from './reconcile.ts'
import { storeError } from './store-error.ts'
import { createServerFile } from './store-folder.ts'
import { Writer } from './write/writer.ts'

/** Entries of one transaction, at most, so that the first of a flood does not wait for its last. */
const MAX_BATCH = 4_096

/**
 * Opens the file, then commits what arrives, and reads meanwhile what earlier sessions left. Says `ready`, that, the
 * calls that are committed, `closed`; or a failure.
 */
export function runWriter(port: MessagePort, task: WriteTask): void {
  let thread: WriterThread
  try {
    thread = new WriterThread(port, task)
  } catch (error) {
    fail(port, task, error)
    return
  }
  const failed = (error: unknown) => {
    thread.abandon()
    fail(port, task, error)
  }
  port.on('message', (message: ToWorker) => {
    try {
      thread.take(message)
    } catch (error) {
      failed(error)
    }
  })
  say(port, 'ready')
  thread.known?.start((known) => say(port, { known }), failed)
}

class WriterThread {
  readonly #port: MessagePort
  readonly #db: Database.Database
  readonly #writer: Writer
  readonly #checkpoints: Checkpoints
  /** Null: nobody asks. */
  readonly known: KnownReading | null

  constructor(port: MessagePort, task: WriteTask) {
    this.#port = port
    createServerFile(task.file)
    this.#db = openDatabase(task.file, task)
    try {
      retryBusy(() => reconcile(this.#db, Date.now()))
      this.#writer = new Writer(this.#db)
      this.known = task.version && new KnownReading(task.file, task.version)
    } catch (error) {
      this.#db.close()
      throw error
    }
    // From here on a lock is waited for by retryBusy, which looks again sooner than SQLite does.
    this.#db.pragma('busy_timeout = 0')
    this.#checkpoints = new Checkpoints(task)
  }

  /** Commits this message and all that wait behind it: together, as far as one transaction may hold them. */
  take(first: ToWorker): void {
    let entries: JournalEntry[] = []
    let last: number | null = null
    for (let message: ToWorker | undefined = first; message !== undefined; message = this.#next()) {
      if (message === 'close') {
        if (last !== null) this.#commit(entries, last)
        void this.#close()
        return
      }
      for (const entry of message.entries) entries.push(entry)
      last = message.last
      if (entries.length < MAX_BATCH) continue
      this.#commit(entries, last)
      entries = []
      last = null
    }
    if (last !== null) this.#commit(entries, last)
  }

  /** After a failure: what was not committed is rolled back by SQLite. */
  abandon(): void {
    this.known?.end()
    void this.#checkpoints.end()
    try {
      this.#db.close()
    } catch {
      // The failure that led here is the one to report.
    }
  }

  #commit(entries: readonly JournalEntry[], last: number): void {
    if (entries.length > 0) this.#writer.commit(entries)
    say(this.#port, last)
    this.#checkpoints.committed(entries.length)
  }

  async #close(): Promise<void> {
    this.known?.end()
    await this.#checkpoints.end()
    // The last connection to close moves the WAL into the file and removes it.
    this.#db.close()
    say(this.#port, 'closed')
    this.#port.close()
  }

  #next(): ToWorker | undefined {
    return receiveMessageOnPort(this.#port)?.message as ToWorker | undefined
  }
}

function say(port: MessagePort, message: FromWorker): void {
  port.postMessage(message)
}

function fail(port: MessagePort, task: WriteTask, error: unknown): void {
  const { message, hint } = storeError(error, task.file)
  say(port, { message, hint })
  port.close()
}
