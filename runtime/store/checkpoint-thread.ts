import type { MessagePort } from 'node:worker_threads'
import type Database from 'better-sqlite3'
import { openDatabase } from './database.ts'
import type { CheckpointResult, CheckpointTask } from './messages.ts'

/** Pages at which commits are held up until the WAL can start anew: 256 MiB. */
const TOO_MANY_PAGES = 131_072

/** Checkpoints when told to; answers with what is left. */
export function runCheckpoints(port: MessagePort, task: CheckpointTask): void {
  // The timeout is how long the readers of a WAL that must start anew are waited for, while writers wait too.
  const db = openDatabase(task.file, { server: task.server, busyTimeout: 20 })
  port.on('message', (message: 'run' | 'close') => {
    if (message === 'run') {
      port.postMessage(checkpoint(db))
      return
    }
    db.close()
    port.close()
  })
}

function checkpoint(db: Database.Database): CheckpointResult {
  const result = run(db, 'PASSIVE')
  // A writer that never rests keeps the WAL from starting anew, so it waits once, for the little that is left.
  return result.log < TOO_MANY_PAGES ? result : run(db, 'RESTART')
}

function run(db: Database.Database, mode: 'PASSIVE' | 'RESTART'): CheckpointResult {
  const [result] = db.pragma(`wal_checkpoint(${mode})`) as CheckpointResult[]
  return { log: Math.max(0, result?.log ?? 0), checkpointed: Math.max(0, result?.checkpointed ?? 0) }
}
