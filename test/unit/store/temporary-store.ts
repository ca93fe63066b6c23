import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import type { JournalEntry } from '../../../runtime/model/journal.ts'
import { openDatabase } from '../../../runtime/store/database.ts'
import { createServerFile, serverFile } from '../../../runtime/store/store-folder.ts'
import { Writer } from '../../../runtime/store/write/writer.ts'

/** A folder of this test's own, gone when it ends. */
export function temporaryStore(): string {
  const store = mkdtempSync(join(tmpdir(), 'mcp-run-store-'))
  onTestFinished(() => rmSync(store, { recursive: true, force: true }))
  return store
}

export interface OpenServer {
  readonly store: string
  readonly file: string
  readonly db: Database.Database
  commit(...entries: readonly JournalEntry[]): void
}

/** One server's real file, with the writer that the journal's thread uses. */
export function openServer(server = 'exa', store = temporaryStore()): OpenServer {
  const file = serverFile(store, server)
  createServerFile(file)
  const db = openDatabase(file, { server })
  onTestFinished(() => void db.close())
  const writer = new Writer(db)
  return { store, file, db, commit: (...entries) => writer.commit(entries) }
}
