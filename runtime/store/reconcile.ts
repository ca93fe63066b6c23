import type Database from 'better-sqlite3'
import { processAlive } from './process-alive.ts'
import { firstRowAt } from './write/row-numbers.ts'

interface OpenSession {
  readonly n: number
  readonly startedAt: number
  readonly pid: number
  readonly pidStart: number
  readonly bootId: string
}

/**
 * Ends the sessions whose recorder has died without a word: their open flows become `lost`, their open requests are
 * said to be unread, and a gap says how many flows there were. Takes the write lock only where there is something to mend. Returns the number of sessions.
 */
export function reconcile(db: Database.Database, now: number): number {
  const dead = openSessions(db).filter((session) => !processAlive(session))
  if (dead.length === 0) return 0
  return db
    .transaction(() => dead.reduce((count, session) => count + (endLost(db, session, now) ? 1 : 0), 0))
    .immediate()
}

function openSessions(db: Database.Database): OpenSession[] {
  return db
    .prepare<[], OpenSession>(
      `SELECT n, started_at AS startedAt, pid, pid_start AS pidStart, boot_id AS bootId
         FROM sessions WHERE ended_at IS NULL`,
    )
    .all()
}

function endLost(db: Database.Database, session: OpenSession, now: number): boolean {
  const ended = db
    .prepare(`UPDATE sessions SET ended_at = ?, "end" = 'recorder-lost' WHERE n = ? AND ended_at IS NULL`)
    .run(now, session.n)
  // Another process was faster.
  if (ended.changes === 0) return false
  const lost = db
    .prepare(
      `UPDATE flows SET state = 'lost', cause = 'recorder ended without a word',
         inspection = iif(inspection = 'inspected', 'partial', inspection)
         WHERE n >= ? AND session = ? AND state = 'open'`,
    )
    .run(firstRowAt(session.startedAt), session.n)
  db.prepare(
    `UPDATE http_requests SET unread = 'recorder ended without a word'
       WHERE n >= ? AND session = ? AND ended_at IS NULL AND action = 'allowed'`,
  ).run(firstRowAt(session.startedAt), session.n)
  db.prepare(
    `INSERT INTO gaps (session, kind, count, first_at, last_at) VALUES (?, 'recorder-lost', ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count, last_at = excluded.last_at`,
  ).run(session.n, lost.changes, now, now)
  return true
}
