import type Database from 'better-sqlite3'
import type { KnownGroup, KnownTrait, KnownTraits, KnownVersion, Support, Trait } from '../../model/traits.ts'

/** A version as its sessions have it. */
export interface VersionKey {
  readonly label: string
  readonly integrity: string | null
}

/** Rows that are read, and traits that are given, in one step: a few milliseconds. */
const ROWS = 1_000
const PART = 128

type Counted = { -readonly [Side in keyof Support]: number }
interface Group extends Omit<KnownGroup, 'support'> {
  readonly support: Counted
  /** Of the version at hand, as many sessions as the trait has that most had. */
  most: number
  /** The latest of its traits. */
  last: number
}
interface Kept extends Pick<Trait, 'kind' | 'place' | 'name'> {
  readonly n: number
  readonly group: Group
  readonly support: Counted
}

/**
 * What every session until now left, as the next one of `own` looks at it: in steps that are short, however much there
 * is, some of which give a part of it. It is as it was at the first step if `db` is within a transaction.
 */
export function* readKnownTraits(
  db: Database.Database,
  own: VersionKey,
): Generator<KnownTraits | null, undefined> {
  const versions = readVersionRows(db, own)
  yield { versions: versions.map(({ label, isOwn }) => ({ label, isOwn })), traits: [], groups: [] }
  const traits = new Map<number, Kept>()
  const groups = new Map<string, Group>()
  for (const rows of traitPages(db)) {
    for (const row of rows) {
      const key = `${row.kind}\n${row.place}`
      const group = groups.get(key) ?? newGroup(row)
      groups.set(key, group)
      group.last = row.n
      traits.set(row.n, { ...row, group, support: { elsewhere: 0, here: 0 } })
    }
    yield null
  }
  for (const { n, isOwn } of versions) {
    const side = isOwn ? 'here' : 'elsewhere'
    for (const rows of seenPages(db, n)) {
      for (const [trait, sessions] of rows) {
        const kept = traits.get(trait)
        if (kept === undefined) continue
        kept.support[side] += sessions
        kept.group.most = Math.max(kept.group.most, sessions)
      }
      yield null
    }
    for (const group of groups.values()) {
      group.support[side] += group.most
      group.most = 0
    }
  }
  const detail = db.prepare<[number], string | null>('SELECT detail FROM traits WHERE n = ?').pluck()
  const given = ({ n, kind, place, name, group, support }: Kept): KnownTrait => {
    const isLatestText = kind.startsWith('tool-') && group.last === n
    return { kind, place, name, detail: isLatestText ? (detail.get(n) ?? null) : null, support }
  }
  const told = ({ kind, place, support }: Group): KnownGroup => ({ kind, place, support })
  for (const part of parts([...traits.values()])) yield { versions: [], traits: part.map(given), groups: [] }
  for (const part of parts([...groups.values()])) yield { versions: [], traits: [], groups: part.map(told) }
}

/** What was given in parts. */
export function allKnown(given: readonly KnownTraits[]): KnownTraits {
  return {
    versions: given.flatMap(({ versions }) => versions),
    traits: given.flatMap(({ traits }) => traits),
    groups: given.flatMap(({ groups }) => groups),
  }
}

function newGroup({ kind, place }: Pick<Trait, 'kind' | 'place'>): Group {
  return { kind, place, support: { elsewhere: 0, here: 0 }, most: 0, last: 0 }
}

function readVersionRows(db: Database.Database, own: VersionKey): (KnownVersion & { readonly n: number })[] {
  return db
    .prepare<[], { n: number; label: string; integrity: string }>(
      'SELECT n, label, integrity FROM versions ORDER BY first_seen, n',
    )
    .all()
    .map(({ n, label, integrity }) => {
      return { n, label, isOwn: label === own.label && integrity === (own.integrity ?? '') }
    })
}

function* traitPages(db: Database.Database): Generator<Pick<Kept, 'n' | 'kind' | 'place' | 'name'>[]> {
  const page = db.prepare<[number], Pick<Kept, 'n' | 'kind' | 'place' | 'name'>>(
    `SELECT n, kind, place, name FROM traits WHERE n > ? ORDER BY n LIMIT ${ROWS}`,
  )
  for (let rows = page.all(0); rows.length > 0; rows = page.all(rows.at(-1)?.n ?? 0)) yield rows
}

function* seenPages(db: Database.Database, version: number): Generator<[trait: number, sessions: number][]> {
  const page = db
    .prepare<[number, number], [number, number]>(
      `SELECT trait, sessions FROM version_traits WHERE version = ? AND trait > ? ORDER BY trait LIMIT ${ROWS}`,
    )
    .raw()
  for (let rows = page.all(version, 0); rows.length > 0; rows = page.all(version, rows.at(-1)?.[0] ?? 0))
    yield rows
}

function parts<Item>(all: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(all.length / PART) }, (_, at) =>
    all.slice(at * PART, (at + 1) * PART),
  )
}
