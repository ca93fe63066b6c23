import type Database from 'better-sqlite3'
import type { JournalEntry } from '../../model/journal.ts'
import type { SessionRecord } from '../../model/session.ts'
import { bounded, boundedList } from '../bounded.ts'
import { insertSql } from '../columns.ts'

const FIELDS = [
  'id',
  'phase',
  'startedAt',
  'mode',
  'sandbox',
  'profileDigest',
  'notEnforced',
  'package',
  'packageIntegrity',
  'pid',
  'pidStart',
  'bootId',
] as const

export class Sessions {
  readonly #insert: Database.Statement
  readonly #close: Database.Statement
  readonly #find: Database.Statement<[string], number>
  readonly #numbers = new Map<string, number>()

  constructor(db: Database.Database) {
    this.#insert = db.prepare(insertSql('sessions', FIELDS))
    this.#close = db.prepare(
      'UPDATE sessions SET ended_at = ?, "end" = ?, exit_code = ?, signal = ? WHERE n = ?',
    )
    this.#find = db.prepare<[string], number>('SELECT n FROM sessions WHERE id = ?').pluck()
  }

  open(session: SessionRecord): void {
    const row = {
      ...session,
      notEnforced: boundedList(session.notEnforced),
      package: session.package === null ? null : bounded(session.package),
    }
    const n = this.#insert.run(...FIELDS.map((field) => row[field])).lastInsertRowid
    this.#numbers.set(session.id, Number(n))
  }

  close(entry: JournalEntry & { kind: 'session-closed' }): void {
    this.#close.run(entry.at, entry.end, entry.exitCode, entry.signal, this.number(entry.session))
    this.#numbers.delete(entry.session)
  }

  /** The session's row number. Every entry but the first of a session needs it to be there. */
  number(id: string): number {
    const known = this.#numbers.get(id) ?? this.#find.get(id)
    if (known === undefined)
      throw new Error(`an entry names the session ${bounded(id, 64)}, which was never opened`)
    this.#numbers.set(id, known)
    return known
  }
}
