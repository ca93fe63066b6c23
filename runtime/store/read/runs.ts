import type Database from 'better-sqlite3'
import type { Mode } from '../../model/verdict.ts'

/** The sessions that ran under the same conditions. */
export interface Run {
  readonly mode: Mode
  readonly sandbox: string
  readonly profileDigest: string
  readonly sessions: number
  readonly notEnforced: readonly string[]
}

/** Runs that were still going at `since` or later, latest first. */
export function readRuns(db: Database.Database, since: number): Run[] {
  return db
    .prepare<[number], Omit<Run, 'notEnforced'> & { notEnforced: string }>(
      `SELECT mode, sandbox, profile_digest AS profileDigest, count(*) AS sessions, not_enforced AS notEnforced
         FROM sessions WHERE ended_at IS NULL OR ended_at >= ?
         GROUP BY mode, sandbox, profile_digest, not_enforced ORDER BY max(started_at) DESC`,
    )
    .all(since)
    .map((run) => ({ ...run, notEnforced: JSON.parse(run.notEnforced) as string[] }))
}
