import type { JournalEntry } from '../model/journal.ts'
import type { KnownTraits } from '../model/traits.ts'
import type { Sync } from './database.ts'
import type { VersionKey } from './read/known-traits.ts'

/** To the writing thread, first of all: which file, and whose history it is. */
export interface WriteTask {
  readonly file: string
  readonly server: string
  readonly sync: Sync
  /** Whose session it is, for which earlier ones are read; null: none are. */
  readonly version: VersionKey | null
}

/** What the checkpoint thread is started with. */
export type CheckpointTask = Pick<WriteTask, 'file' | 'server'>

/** To the thread: the entries of one or more calls, in order, and the number of the last of those calls. */
export interface WriteMessage {
  readonly last: number
  readonly entries: readonly JournalEntry[]
}
export type ToWorker = WriteMessage | 'close'

/**
 * From the thread: that it is ready; then what the sessions until now left, in parts; the number of the last call that is
 * committed; or the end.
 */
export type FromWorker = number | 'ready' | KnownPart | 'closed' | StoreFailure
export interface KnownPart {
  /** Null: that was all. */
  readonly known: KnownTraits | null
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
