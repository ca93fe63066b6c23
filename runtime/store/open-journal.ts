import { Worker } from 'node:worker_threads'
import type { McpRunError } from '../model/errors.ts'
import type { Journal } from '../model/journal.ts'
import type { Sync } from './database.ts'
import type { FromWorker, StoreFailure, WorkerTask } from './messages.ts'
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
  /** Default: MCP_RUN_SYNC, else `normal`. */
  readonly sync?: Sync
}

/** Opens one server's history for writing, on a thread of its own. Rejects with `store-failed`. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const file = serverFile(options.store, options.server)
  const sync = options.sync ?? syncMode(process.env.MCP_RUN_SYNC)
  const task: WorkerTask = { task: 'write', file, server: options.server, sync }
  const worker = startWorker(options.workerPath, task)
  await ready(worker)
  return new WorkerJournal(worker)
}

function startWorker(path: string, task: WorkerTask): Worker {
  // Its output is kept from ours, where stdout belongs to MCP, and it sees nothing of our environment.
  return new Worker(path, { workerData: task, stdout: true, stderr: true, env: {}, execArgv: [] })
}

function ready(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: FromWorker) => {
      settle(message === 'ready' ? null : failureOf(message as StoreFailure))
    }
    const onError = (cause: unknown) => settle(threadError(cause))
    const onExit = () => settle(threadError(undefined))
    // One by one: a Worker listens to itself too, and without that it delivers no more messages.
    const settle = (error: McpRunError | null) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      if (error === null) resolve()
      else reject(error)
    }
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
  })
}
