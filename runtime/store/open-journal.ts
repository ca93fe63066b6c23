import { Worker } from 'node:worker_threads'
import { McpRunError } from '../model/errors.ts'
import type { Journal } from '../model/journal.ts'
import type { KnownTraits } from '../model/traits.ts'
import type { Sync } from './database.ts'
import type { FromWorker, StoreFailure, WriteTask } from './messages.ts'
import type { VersionKey } from './read/known-traits.ts'
import { serverFile } from './store-folder.ts'
import { syncMode } from './sync-mode.ts'
import { failureOf, threadError } from './thread-errors.ts'
import { WorkerJournal } from './worker-journal.ts'

export interface JournalOptions {
  /** The store's folder; made if it is not there. */
  readonly store: string
  readonly server: string
  /** The built store worker. */
  readonly workerPath: string
  /** Its thread, where it was started ahead. */
  readonly thread?: StoreThread
  /** Default: MCP_RUN_SYNC, else `normal`. */
  readonly sync?: Sync
  /** Whose session is to be compared with earlier ones; absent: none is. */
  readonly version?: VersionKey
}

export interface OpenedJournal extends Journal {
  /**
   * What the sessions until now left, as one of `version` looks at it: it is read while the journal is written already.
   * Rejects with `store-failed`, and where the journal is closed before; nothing without a version.
   */
  readonly known: Promise<KnownTraits>
}

/** Opens one server's history for writing, on a thread of its own. Rejects with `store-failed`. */
export async function openJournal(options: JournalOptions): Promise<OpenedJournal> {
  const file = serverFile(options.store, options.server)
  const sync = options.sync ?? syncMode(process.env.MCP_RUN_SYNC)
  const task: WriteTask = { file, server: options.server, sync, version: options.version ?? null }
  const thread = options.thread ?? startStoreThread(options.workerPath)
  thread.worker.postMessage(task)
  return opened(thread, task)
}

/** The journal's thread before it knows whose history it is to write. */
export interface StoreThread {
  readonly worker: Worker
  /** Resolves when the thread is gone, with why. */
  readonly gone: Promise<McpRunError>
}

/** Starts the thread ahead of time: loading SQLite takes longer than knowing what it is for. */
export function startStoreThread(workerPath: string): StoreThread {
  // Its output is kept from ours, where stdout belongs to MCP, and it sees nothing of our environment.
  const options = { workerData: null, stdout: true, stderr: true, env: {}, execArgv: [] }
  const worker = new Worker(workerPath, options)
  const gone = new Promise<McpRunError>((resolve) => {
    worker.once('error', (cause) => resolve(threadError(cause)))
    worker.once('exit', () => resolve(threadError(undefined)))
  })
  return { worker, gone }
}

async function opened({ worker, gone }: StoreThread, { version }: WriteTask): Promise<OpenedJournal> {
  // In the turn of its first message: the next ones are the journal's.
  const first = new Promise<WorkerJournal | StoreFailure>((resolve) => {
    worker.once('message', (message: FromWorker) => {
      resolve(message === 'ready' ? new WorkerJournal(worker, version !== null) : (message as StoreFailure))
    })
  })
  const found = await Promise.race([first, gone])
  if (found instanceof McpRunError) throw found
  if (!(found instanceof WorkerJournal)) throw failureOf(found)
  return found
}
