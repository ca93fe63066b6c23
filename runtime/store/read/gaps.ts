import type Database from 'better-sqlite3'
import type { GapKind } from '../../model/journal.ts'

/** What the history does not hold, added up over sessions. Times in milliseconds. */
export interface GapSummary {
  readonly kind: GapKind
  readonly count: number
  readonly firstSeen: number
  readonly lastSeen: number
}

export function readGaps(db: Database.Database, since: number): GapSummary[] {
  return db
    .prepare<[number], GapSummary>(
      `SELECT kind, sum(count) AS count, min(first_at) AS firstSeen, max(last_at) AS lastSeen
         FROM gaps WHERE last_at >= ? GROUP BY kind ORDER BY kind`,
    )
    .all(since)
}
