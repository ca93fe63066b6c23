import type Database from 'better-sqlite3'
import type { JournalEntry } from '../../model/journal.ts'
import type { SessionRecord } from '../../model/session.ts'
import { UNVERSIONED } from '../../model/traits.ts'
import { bounded, boundedOrNull } from '../bounded.ts'
import { LIMITS } from '../limits.ts'

type TraitEntry = Extract<JournalEntry, { kind: 'trait' }>

/** Which version a session runs, and the traits of each. Installations are no version's. */
export class Traits {
  readonly #open: Database.Statement<[string, string, string, number, number], number>
  readonly #seen: Database.Statement
  readonly #insert: Database.Statement
  readonly #find: Database.Statement<[string, string, string], number>
  readonly #count: Database.Statement<[], number>
  readonly #of: Database.Statement
  /** By session. */
  readonly #versions = new Map<string, number>()

  constructor(db: Database.Database) {
    this.#open = db
      .prepare<[string, string, string, number, number], number>(
        `INSERT INTO versions (label, integrity, sessions, first_session, first_seen, last_seen) VALUES (?, ?, 1, ?, ?, ?)
           ON CONFLICT DO UPDATE SET sessions = sessions + 1, last_seen = max(last_seen, excluded.last_seen)
           RETURNING n`,
      )
      .pluck()
    this.#seen = db.prepare('UPDATE versions SET last_seen = max(last_seen, ?) WHERE n = ?')
    this.#insert = db.prepare(
      'INSERT INTO traits (kind, place, name, detail) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    )
    this.#find = db
      .prepare<[string, string, string], number>(
        'SELECT n FROM traits WHERE kind = ? AND place = ? AND name = ?',
      )
      .pluck()
    this.#count = db.prepare<[], number>('SELECT count(*) FROM traits').pluck()
    this.#of = db.prepare(
      `INSERT INTO version_traits (version, trait, sessions, first_session, first_seen, last_seen)
         VALUES (?, ?, 1, ?, ?, ?)
         ON CONFLICT DO UPDATE SET sessions = sessions + 1, last_seen = max(last_seen, excluded.last_seen)`,
    )
  }

  open({ id, phase, package: label, packageIntegrity, startedAt }: SessionRecord): void {
    if (phase !== 'run') return
    const n = this.#open.get(bounded(label ?? UNVERSIONED), packageIntegrity ?? '', id, startedAt, startedAt)
    if (n !== undefined) this.#versions.set(id, n)
  }

  close({ session, at }: Extract<JournalEntry, { kind: 'session-closed' }>): void {
    const version = this.#versions.get(session)
    if (version === undefined) return
    this.#seen.run(at, version)
    this.#versions.delete(session)
  }

  /** Once a session for each trait, as the recorder has it: each adds a session to the version's. */
  add({ session, at, trait: { kind, place, name, detail } }: TraitEntry): void {
    const version = this.#versions.get(session)
    if (version === undefined) throw new Error('a trait names a session that was never opened')
    const key = [kind, bounded(place, LIMITS.longText), bounded(name)] as const
    const trait = this.#find.get(...key) ?? this.#added(key, detail)
    if (trait !== undefined) this.#of.run(version, trait, session, at, at)
  }

  #added(key: readonly [string, string, string], detail: string | null): number | undefined {
    // Several recorders at once may each have had room.
    if ((this.#count.get() ?? 0) >= LIMITS.traits) return undefined
    this.#insert.run(...key, boundedOrNull(detail, 2 * LIMITS.longText))
    return this.#find.get(...key)
  }
}
