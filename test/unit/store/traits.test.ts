import { expect, test } from 'vitest'
import type { JournalEntry } from '../../../runtime/model/journal.ts'
import type { Trait } from '../../../runtime/model/traits.ts'
import { prune } from '../../../runtime/store/prune.ts'
import { readKnownTraits } from '../../../runtime/store/read/known-traits.ts'
import { readVersions } from '../../../runtime/store/read/versions.ts'
import { closed, NOON, opened } from './entries.ts'
import { knownOf } from './known.ts'
import { type OpenServer, openServer } from './temporary-store.ts'
import { versionOne } from './version-one.ts'

const DAY = 86_400_000

function trait(session: string, name: string, at = NOON, more: Partial<Trait> = {}): JournalEntry {
  return { kind: 'trait', session, at, trait: { kind: 'field', place: 'p', name, detail: null, ...more } }
}

function session(
  { commit }: OpenServer,
  id: string,
  version: string | null,
  names: readonly string[],
  at = NOON,
) {
  commit(
    opened({ id, package: version, startedAt: at }),
    ...names.map((name) => trait(id, name, at)),
    closed(id, at),
  )
}

test('what each version had, in how many sessions, and which had it first', () => {
  const server = openServer()
  session(server, 's1', 'x@1', ['a', 'b'])
  session(server, 's2', 'x@1', ['a'], NOON + 1)
  session(server, 's3', 'x@2', ['b', 'c'], NOON + 2)
  session(server, 's4', null, ['a'], NOON + 3)
  expect(readVersions(server.db)).toMatchObject([
    {
      label: 'x@1',
      sessions: 2,
      firstSession: 's1',
      traits: [{ name: 'a', sessions: 2, isFirst: true }, { name: 'b' }],
    },
    {
      label: 'x@2',
      traits: [
        { name: 'b', isFirst: false },
        { name: 'c', isFirst: true, firstSession: 's3' },
      ],
    },
    { label: 'unversioned', integrity: null, traits: [{ name: 'a', isFirst: false }] },
  ])
  const { versions, traits, groups } = knownOf(server.db, { label: 'x@1', integrity: null })
  expect(versions).toEqual([
    { label: 'x@1', isOwn: true },
    { label: 'x@2', isOwn: false },
    { label: 'unversioned', isOwn: false },
  ])
  expect(traits.map(({ name, support }) => [name, support])).toEqual([
    ['a', { here: 2, elsewhere: 1 }],
    ['b', { here: 1, elsewhere: 1 }],
    ['c', { here: 0, elsewhere: 1 }],
  ])
  // At least: of each version, as many as had its commonest trait.
  expect(groups).toEqual([{ kind: 'field', place: 'p', support: { here: 2, elsewhere: 2 } }])
})

test('it is read in steps that stay short, however many versions and traits there are', () => {
  const server = openServer()
  const names = Array.from({ length: 5000 }, (_, n) => `n${n}`)
  for (let n = 0; n < 4; n++) session(server, `s${n}`, `x@${n}`, names, NOON + n)
  let rows = 0
  const most: number[] = []
  const { db } = server
  const prepare = db.prepare.bind(db)
  db.prepare = ((sql: string) => {
    const statement = prepare<unknown[]>(sql)
    const all = statement.all.bind(statement)
    statement.all = (...given) => {
      const found = all(...given)
      rows += found.length
      return found
    }
    return statement
  }) as typeof db.prepare
  for (const part of readKnownTraits(db, { label: 'x@1', integrity: null })) {
    most.push(rows + (part?.traits.length ?? 0))
    rows = 0
  }
  expect(Math.max(...most)).toBeLessThanOrEqual(1000)
  expect(most.length).toBeGreaterThan(5 * 5)
})

test('of texts the latest of each tool alone is given', () => {
  const { db, commit } = openServer()
  const text = (name: string, detail: string, place = 'send') =>
    trait('s1', name, NOON, { kind: 'tool-description', place, detail })
  commit(opened(), text('1', 'old'), text('2', 'new'), text('3', 'other', 'look'), text('4', 'x', 'send '))
  expect(knownOf(db).traits.map(({ detail }) => detail)).toEqual([null, 'new', 'other', 'x'])
})

test('another content under one version is another version; installations are none', () => {
  const { db, commit } = openServer()
  commit(
    opened({ id: 's1', packageIntegrity: 'sha512-a' }),
    opened({ id: 's2', packageIntegrity: 'sha512-b' }),
  )
  commit(opened({ id: 's3', phase: 'install', packageIntegrity: 'sha512-c' }))
  expect(readVersions(db).map(({ integrity }) => integrity)).toEqual(['sha512-a', 'sha512-b'])
})

test('what was committed is there for the next session, also where this one never ended', () => {
  const { db, commit } = openServer()
  commit(opened(), trait('s1', 'a'))
  expect(knownOf(db).traits).toMatchObject([{ name: 'a', support: { elsewhere: 1, here: 0 } }])
})

test('a history of format 1 has none, and the next session begins to learn', () => {
  const server = openServer('exa', versionOne().store)
  expect(knownOf(server.db)).toEqual({ versions: [], traits: [], groups: [] })
  session(server, 's9', 'x@1', ['a'])
  expect(readVersions(server.db)).toMatchObject([{ label: 'x@1', traits: [{ name: 'a' }] }])
})

test('prune takes versions that went unused, never the latest', () => {
  const server = openServer()
  session(server, 's1', 'x@1', ['a', 'b'])
  session(server, 's2', 'x@2', ['b'], NOON + DAY)
  session(server, 's3', 'x@3', ['c'], NOON + 2 * DAY)
  expect(prune(server.db, NOON + DAY)).toMatchObject({ versions: 1 })
  expect(knownOf(server.db).traits.map(({ name }) => name)).toEqual(['b', 'c'])
  expect(prune(server.db, NOON + 99 * DAY)).toMatchObject({ versions: 1 })
  expect(readVersions(server.db).map(({ label }) => label)).toEqual(['x@3'])
})

test('text is bounded', () => {
  const { db, commit } = openServer()
  commit(
    opened(),
    trait('s1', 'n'.repeat(99_999), NOON, {
      kind: 'tool-schema',
      place: 'p'.repeat(99_999),
      detail: 'd'.repeat(99_999),
    }),
  )
  const [found] = knownOf(db).traits
  const sum = (found?.name.length ?? 0) + (found?.place.length ?? 0) + (found?.detail?.length ?? 0)
  expect(sum).toBeGreaterThan(13_000)
  expect(sum).toBeLessThan(14_000)
})
