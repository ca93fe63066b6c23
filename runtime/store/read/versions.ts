import type Database from 'better-sqlite3'
import type { Trait } from '../../model/traits.ts'

/** A trait as one version has it. Times in milliseconds. */
export interface VersionTrait extends Trait {
  readonly sessions: number
  readonly firstSession: string
  readonly firstSeen: number
  readonly lastSeen: number
  /** No other version had it before. */
  readonly isFirst: boolean
}

/** What one version of a server did and said, over its sessions. */
export interface VersionRecord {
  readonly label: string
  readonly integrity: string | null
  readonly sessions: number
  readonly firstSession: string
  readonly firstSeen: number
  readonly lastSeen: number
  /** In the order in which they were first seen. */
  readonly traits: readonly VersionTrait[]
}

type VersionRow = Omit<VersionRecord, 'integrity' | 'traits'> & {
  readonly n: number
  readonly integrity: string
}
type TraitRow = Omit<VersionTrait, 'isFirst'> & { readonly trait: number }

/** Oldest first. */
export function readVersions(db: Database.Database): readonly VersionRecord[] {
  const traitsOf = db.prepare<[number], TraitRow>(
    `SELECT t.n AS trait, t.kind, t.place, t.name, t.detail, v.sessions, v.first_session AS firstSession,
       v.first_seen AS firstSeen, v.last_seen AS lastSeen
       FROM version_traits v JOIN traits t ON t.n = v.trait WHERE v.version = ? ORDER BY v.first_seen, t.n`,
  )
  const before = new Set<number>()
  return db
    .prepare<[], VersionRow>(
      `SELECT n, label, integrity, sessions, first_session AS firstSession, first_seen AS firstSeen,
         last_seen AS lastSeen FROM versions ORDER BY first_seen, n`,
    )
    .all()
    .map(({ n, integrity, ...version }) => {
      const rows = traitsOf.all(n)
      const traits = rows.map(({ trait, ...row }) => ({ ...row, isFirst: !before.has(trait) }))
      for (const { trait } of rows) before.add(trait)
      return { ...version, integrity: integrity === '' ? null : integrity, traits }
    })
}
