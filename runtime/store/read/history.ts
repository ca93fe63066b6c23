import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { retryBusy } from '../busy.ts'
import { openDatabase } from '../database.ts'
import { serverName } from '../migrate.ts'
import { reconcile } from '../reconcile.ts'
import { codeOf, storeError } from '../store-error.ts'
import type { ServerFile } from '../store-folder.ts'

/** One server's history, open for reading. */
export interface History {
  readonly server: string
  readonly file: string
  readonly db: Database.Database
  close(): void
}

const NOT_WRITABLE = /^(SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|EACCES|EPERM|EROFS)/

/**
 * Opens a server's file and ends the sessions of recorders that have died. A file that cannot be written is read
 * from a private copy, which is mended in its place: SQLite cannot read a WAL without writing beside it.
 */
export function openHistory({ server, file }: ServerFile, now: number): History {
  try {
    return openInPlace(server, file, now)
  } catch (error) {
    if (!NOT_WRITABLE.test(codeOf(error))) throw storeError(error, file)
  }
  try {
    return openCopy(server, file, now)
  } catch (error) {
    throw storeError(error, file)
  }
}

function openInPlace(server: string, file: string, now: number): History {
  const db = openDatabase(file, { server })
  try {
    retryBusy(() => reconcile(db, now))
    return { server: serverName(db) ?? server, file, db, close: () => db.close() }
  } catch (error) {
    db.close()
    throw error
  }
}

function openCopy(server: string, file: string, now: number): History {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-run-read-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const copy = join(folder, 'copy.sqlite')
    copyFileSync(file, copy)
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`)
    const history = openInPlace(server, copy, now)
    const close = () => {
      history.close()
      remove()
    }
    return { ...history, file, close }
  } catch (error) {
    remove()
    throw error
  }
}
