import { Worker } from 'node:worker_threads'
import { McpRunError } from '../model/errors.ts'
import type { Journal } from '../model/journal.ts'
import type { KnownTraits } from '../model/traits.ts'
import type { Sync } from './database.ts'
import type { FromWorker, StoreFailure, WriteTask } from './messages.ts'
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
}

export interface OpenedJournal extends Journal {
  /** What the sessions until now left. */
  readonly known: KnownTraits
}

/** Opens one server's history for writing, on a thread of its own. Rejects with `store-failed`. */
export async function openJournal(options: JournalOptions): Promise<OpenedJournal> {
  const file = serverFile(options.store, options.server)
  const sync = options.sync ?? syncMode(process.env.MCP_RUN_SYNC)
  const task: WriteTask = { file, server: options.server, sync }
  const thread = options.thread ?? startStoreThread(options.workerPath)
  thread.worker.postMessage(task)
  return new WorkerJournal(thread.worker, await ready(thread))
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

async function ready({ worker, gone }: StoreThread): Promise<KnownTraits> {
  const first = new Promise<FromWorker>((resolve) => {
    worker.once('message', resolve)
  })
  const message = await Promise.race([first, gone])
  if (message instanceof McpRunError) throw message
  if (typeof message !== 'object' || !('known' in message)) throw failureOf(message as StoreFailure)
  return message.known
}
