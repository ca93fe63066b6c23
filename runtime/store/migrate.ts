import type Database from 'better-sqlite3'
import { MIGRATIONS } from './schema.ts'

export function userVersion(db: Database.Database): number {
  return db.pragma('user_version', { simple: true }) as number
}

/** Runs the steps that the file has not seen, in one transaction: it is never left between two formats. */
export function migrate(db: Database.Database, server: string): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    // Read again under the lock: another process may have done it meanwhile.
    const before = userVersion(db)
    for (const step of MIGRATIONS.slice(before)) db.exec(step)
    if (before === 0) db.prepare(`INSERT INTO meta (key, value) VALUES ('server', ?)`).run(server)
    db.pragma(`user_version = ${MIGRATIONS.length}`)
    db.exec('COMMIT')
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    throw error
  }
}

/** The server's name as it was given when the file was made. */
export function serverName(db: Database.Database): string | null {
  const value = db.prepare(`SELECT value FROM meta WHERE key = 'server'`).pluck().get()
  return typeof value === 'string' ? value : null
}
