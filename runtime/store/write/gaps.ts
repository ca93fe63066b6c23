import type Database from 'better-sqlite3'
import type { GapKind } from '../../model/journal.ts'

interface Pending {
  readonly session: number
  readonly kind: GapKind
  count: number
  firstAt: number
  lastAt: number
}

/** Gaps, one row a session and kind; added up in memory during a transaction. */
export class Gaps {
  readonly #upsert: Database.Statement
  readonly #pending = new Map<string, Pending>()

  constructor(db: Database.Database) {
    this.#upsert = db.prepare(
      `INSERT INTO gaps (session, kind, count, first_at, last_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET count = count + excluded.count,
           first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`,
    )
  }

  add(session: number, kind: GapKind, count: number, at: number): void {
    const key = `${session} ${kind}`
    const gap = this.#pending.get(key)
    if (gap === undefined) {
      this.#pending.set(key, { session, kind, count, firstAt: at, lastAt: at })
      return
    }
    gap.count += count
    gap.firstAt = Math.min(gap.firstAt, at)
    gap.lastAt = Math.max(gap.lastAt, at)
  }

  flush(): void {
    for (const { session, kind, count, firstAt, lastAt } of this.#pending.values()) {
      this.#upsert.run(session, kind, count, firstAt, lastAt)
    }
    this.#pending.clear()
  }
}
