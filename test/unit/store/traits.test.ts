import { expect, test } from 'vitest'
import type { JournalEntry } from '../../../runtime/model/journal.ts'
import type { Trait } from '../../../runtime/model/traits.ts'
import { prune } from '../../../runtime/store/prune.ts'
import { readKnownTraits } from '../../../runtime/store/read/known-traits.ts'
import { readVersions } from '../../../runtime/store/read/versions.ts'
import { closed, NOON, opened } from './entries.ts'
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
  const { versions, traits } = readKnownTraits(server.db)
  expect(versions.map(({ label, sessions }) => [label, sessions])).toEqual([
    ['x@1', 2],
    ['x@2', 1],
    ['unversioned', 1],
  ])
  expect(traits.find(({ name }) => name === 'a')?.seen).toEqual([
    { version: 0, sessions: 2 },
    { version: 2, sessions: 1 },
  ])
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
  expect(readKnownTraits(db).traits).toMatchObject([{ name: 'a', seen: [{ version: 0, sessions: 1 }] }])
})

test('a history of format 1 has none, and the next session begins to learn', () => {
  const server = openServer('exa', versionOne().store)
  expect(readKnownTraits(server.db)).toEqual({ versions: [], traits: [] })
  session(server, 's9', 'x@1', ['a'])
  expect(readVersions(server.db)).toMatchObject([{ label: 'x@1', traits: [{ name: 'a' }] }])
})

test('prune takes versions that went unused, never the latest', () => {
  const server = openServer()
  session(server, 's1', 'x@1', ['a', 'b'])
  session(server, 's2', 'x@2', ['b'], NOON + DAY)
  session(server, 's3', 'x@3', ['c'], NOON + 2 * DAY)
  expect(prune(server.db, NOON + DAY)).toMatchObject({ versions: 1 })
  expect(readKnownTraits(server.db).traits.map(({ name }) => name)).toEqual(['b', 'c'])
  expect(prune(server.db, NOON + 99 * DAY)).toMatchObject({ versions: 1 })
  expect(readVersions(server.db).map(({ label }) => label)).toEqual(['x@3'])
})

test('text is bounded', () => {
  const { db, commit } = openServer()
  commit(
    opened(),
    trait('s1', 'n'.repeat(99_999), NOON, { place: 'p'.repeat(99_999), detail: 'd'.repeat(99_999) }),
  )
  const [found] = readKnownTraits(db).traits
  expect((found?.name.length ?? 0) + (found?.place.length ?? 0) + (found?.detail?.length ?? 0)).toBeLessThan(
    14_000,
  )
})
