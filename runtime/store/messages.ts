import type { JournalEntry } from '../model/journal.ts'
import type { KnownTraits } from '../model/traits.ts'
import type { Sync } from './database.ts'

/** To the writing thread, first of all: which file, and whose history it is. */
export interface WriteTask {
  readonly file: string
  readonly server: string
  readonly sync: Sync
}

/** What the checkpoint thread is started with. */
export type CheckpointTask = Omit<WriteTask, 'sync'>

/** To the thread: the entries of one or more calls, in order, and the number of the last of those calls. */
export interface WriteMessage {
  readonly last: number
  readonly entries: readonly JournalEntry[]
}
export type ToWorker = WriteMessage | 'close'

/** From the thread: that it is ready; the number of the last call that is committed; or the end. */
export type FromWorker = number | StoreReady | 'closed' | StoreFailure
export interface StoreReady {
  /** What the sessions until now left. */
  readonly known: KnownTraits
}
export interface StoreFailure {
  readonly message: string
  readonly hint: string | undefined
}

/** From the checkpoint thread: pages in the WAL and how many of them the file has by now. */
export interface CheckpointResult {
  readonly log: number
  readonly checkpointed: number
}
