import type Database from 'better-sqlite3'
import { BUSY_LIMIT, retryBusy } from './busy.ts'
import { migrate, userVersion } from './migrate.ts'
import { MIGRATIONS } from './schema.ts'
import { openSqlite } from './sqlite.ts'
import { newerFileError } from './store-error.ts'

/**
 * `normal`: a commit survives the end of any process, and a loss of power costs the last seconds at most.
 * `full`: it survives a loss of power too, at the price of a disk flush a commit.
 */
export type Sync = 'normal' | 'full'

export interface OpenOptions {
  readonly server: string
  readonly sync?: Sync
  /** Milliseconds that SQLite itself waits for a lock before it says SQLITE_BUSY. */
  readonly busyTimeout?: number
}

/** Opens one server's file for reading and writing, and brings it to the present format. The file must exist. */
export function openDatabase(file: string, options: OpenOptions): Database.Database {
  const db = openSqlite(file, { fileMustExist: true, timeout: 0 })
  try {
    // As a whole: with two sessions making one new file, every step of it may meet the other's lock.
    retryBusy(() => prepareConnection(db, file, options))
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function prepareConnection(db: Database.Database, file: string, options: OpenOptions): void {
  const version = userVersion(db)
  if (version > MIGRATIONS.length) throw newerFileError(file, version, MIGRATIONS.length)
  if (version === 0) formNewFile(db)
  const journalMode = db.pragma('journal_mode = WAL', { simple: true })
  if (journalMode !== 'wal')
    throw new Error(`its file system has no shared memory (journal mode ${journalMode})`)
  db.pragma(`synchronous = ${options.sync === 'full' ? 'FULL' : 'NORMAL'}`)
  // Checkpoints are asked for: SQLite's own ones would make every few hundredth commit wait for the disk.
  db.pragma('wal_autocheckpoint = 0')
  db.pragma('temp_store = MEMORY')
  db.pragma('trusted_schema = OFF')
  if (version < MIGRATIONS.length) migrate(db, options.server)
  db.pragma(`busy_timeout = ${options.busyTimeout ?? BUSY_LIMIT}`)
}

/** Settings that only count before the first table: later they take a VACUUM, which locks every session out. */
function formNewFile(db: Database.Database): void {
  // A commit touches two or three pages however few bytes change: small ones halve what goes into the WAL.
  db.pragma('page_size = 2048')
  db.pragma('auto_vacuum = INCREMENTAL')
}
