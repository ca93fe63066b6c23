import type Database from 'better-sqlite3'
import type { KnownTrait, KnownTraits, KnownVersion, Trait } from '../../model/traits.ts'

interface VersionRow {
  readonly n: number
  readonly label: string
  readonly integrity: string
  readonly sessions: number
}

/** What every session until now left, by versions, oldest first: what the next one is compared with. */
export function readKnownTraits(db: Database.Database): KnownTraits {
  const rows = db
    .prepare<[], VersionRow>('SELECT n, label, integrity, sessions FROM versions ORDER BY first_seen, n')
    .all()
  const index = new Map(rows.map(({ n }, at) => [n, at]))
  const seen = new Map<number, KnownTrait['seen'][number][]>()
  for (const row of db
    .prepare<[], { version: number; trait: number; sessions: number }>(
      'SELECT version, trait, sessions FROM version_traits ORDER BY trait',
    )
    .iterate()) {
    const version = index.get(row.version)
    if (version === undefined) continue
    const list = seen.get(row.trait) ?? seen.set(row.trait, []).get(row.trait)
    list?.push({ version, sessions: row.sessions })
  }
  const traits = db
    .prepare<[], Trait & { n: number }>('SELECT n, kind, place, name, detail FROM traits ORDER BY n')
    .all()
    .map(({ n, ...trait }) => ({ ...trait, seen: seen.get(n) ?? [] }))
  return { versions: rows.map(toVersion), traits }
}

function toVersion({ label, integrity, sessions }: VersionRow): KnownVersion {
  return { label, integrity: integrity === '' ? null : integrity, sessions }
}
