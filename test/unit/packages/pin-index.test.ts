import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { NO_FACTS, type Pin } from '../../../runtime/packages/pin.ts'
import {
  indexFile,
  indexKey,
  listPins,
  pinnedLast,
  readIndex,
  writeIndex,
} from '../../../runtime/packages/pin-index.ts'

const folder = mkdtempSync(join(tmpdir(), 'index-'))
afterAll(() => rmSync(folder, { recursive: true }))

const OLD = {
  format: 1,
  name: '@a/b',
  version: '1.0.0',
  integrity: 'sha512-x',
  tree: 'a'.repeat(64),
  bins: {
    b: { path: 'cli.js', start: { kind: 'node', nodeArgs: [] } },
    c: { path: 'c', start: { kind: 'program' } },
  },
  scripts: ['x@1'],
  installedAt: '2026-01-01T00:00:00.000Z',
} as const
const PIN: Pin = {
  ...NO_FACTS,
  ...OLD,
  format: 2,
  spec: '@a/b@^1',
  files: { count: 1, bytes: 2, sha256: 'b'.repeat(64) },
  ranScripts: [],
  engine: { key: 'node20-x64', wants: null },
  firstSeen: '2025-01-01T00:00:00.000Z',
  resembles: null,
  replaces: null,
}

const placed = (address: string) => ({
  ...{ name: 'archive:x', version: null },
  origin: { kind: 'file', address, ref: null } as const,
})

test.each([
  [{ name: '@a/b', version: '^1 || 2' }, /^%40a%2Fb%40%5E1%20%7C%7C%202\+node\d+-\w+$/],
  [{ name: 'a', version: null }, /^a\+node\d+-\w+$/],
  // A place leads nowhere, whatever it holds.
  [placed('/a/../../etc/x.tgz'), /^file%3A%2F%2F%2Fetc%2Fx\.tgz\+node\d+-\w+$/],
  [placed(`/${'a/'.repeat(200)}x.tgz`), /^sha256-[0-9a-f]{64}\+node\d+-\w+$/],
  [{ name: 'a'.repeat(214), version: null }, /^sha256-[0-9a-f]{64}\+node\d+-\w+$/],
])('%o has a file name of its own', (spec, name) => {
  expect(indexKey(spec, { key: 'node20-x64' })).toMatch(name)
})

test('specs that differ have names that differ', () => {
  const specs = [null, '1', '*', 'latest', '1 '].map((version) =>
    indexKey({ name: 'a', version }, { key: 'node20-x64' }),
  )
  const long = ['x', 'y'].map((end) =>
    indexKey({ name: `${'a'.repeat(200)}${end}`, version: null }, { key: 'node20-x64' }),
  )
  expect(new Set([...specs, ...long]).size).toBe(7)
})

test('is read back as written', () => {
  const file = indexFile(folder, 'k')
  writeIndex(file, PIN)
  expect(readIndex(file)).toEqual(PIN)
})

test('what an earlier mcp-run wrote is read; what it did not know is unknown', () => {
  const file = join(folder, 'old.json')
  writeFileSync(file, JSON.stringify(OLD))
  expect(readIndex(file)).toMatchObject({
    ...OLD,
    files: null,
    firstSeen: OLD.installedAt,
    publisher: { user: null, maintainers: [] },
    signature: { state: 'unchecked' },
  })
})

test('pins of a package are found under whatever it was asked for as', () => {
  const packages = mkdtempSync(join(tmpdir(), 'pins-'))
  const put = (name: string, version: string | null, installedAt: string, pin: object) =>
    writeIndex(indexFile(packages, indexKey({ name, version }, { key: 'node20-x64' })), {
      ...PIN,
      ...pin,
      name,
      installedAt,
    })
  put('@a/b', '^1', '2026-01-03T00:00:00.000Z', {})
  put('@a/b', 'latest', '2026-01-02T00:00:00.000Z', { spec: '@a/b@latest' })
  put('@a/bc', null, '2026-01-01T00:00:00.000Z', { spec: '@a/bc' })
  expect(listPins(packages, '@a/b').map(({ spec }) => spec)).toEqual(['@a/b@latest', '@a/b@^1'])
  expect(listPins(packages)).toHaveLength(3)
  expect(listPins(join(packages, 'none'))).toEqual([])
  rmSync(packages, { recursive: true })
})

test('a package is found where it was pinned last, also beside others, and never by what an archive calls itself', () => {
  const packages = mkdtempSync(join(tmpdir(), 'pins-'))
  const beside = (name: string, version: string) => ({ ...PIN, name, version })
  const put = (spec: string, at: number, pin: object) =>
    writeIndex(join(packages, 'index', `${encodeURIComponent(spec)}+node20-x64.json`), {
      ...{ ...PIN, spec, installedAt: `2026-01-0${at}T00:00:00.000Z` },
      ...pin,
    })
  const origin = { kind: 'file', address: '/b.tgz', commit: null } as const
  put('b', 1, { name: 'b', version: '1.0.0' })
  put('a & b@2', 2, { name: 'a', beside: [beside('b', '2.0.0')] })
  put('file:///b.tgz', 3, { name: 'archive:b', version: '9.0.0', origin })
  expect(pinnedLast(packages, 'b')?.version).toBe('2.0.0')
  expect(pinnedLast(packages, 'c')).toBeNull()
  expect(listPins(packages, 'archive:b').map(({ spec }) => spec)).toEqual(['file:///b.tgz'])
  expect(listPins(packages, 'b').map(({ spec }) => spec)).toEqual(['b'])
  rmSync(packages, { recursive: true })
})

describe('an index that cannot be used is as good as none', () => {
  test.each([
    ['missing', null],
    ['cut short', '{"format":1,'],
    ['of another format', JSON.stringify({ ...PIN, format: 3 })],
    ['of the second format, and not whole', JSON.stringify({ ...OLD, format: 2 })],
    ['with a tree that is a path', JSON.stringify({ ...OLD, tree: '../../../etc' })],
    ['with bins that are not', JSON.stringify({ ...OLD, bins: { a: 'cli.js' } })],
    [
      'with an unknown start',
      JSON.stringify({ ...OLD, bins: { a: { path: 'x', start: { kind: 'deno' } } } }),
    ],
    ['with scripts that are not', JSON.stringify({ ...OLD, scripts: 'x' })],
    ['without a version', JSON.stringify({ ...OLD, version: undefined })],
    ['null', 'null'],
    [
      'with a place that is none',
      JSON.stringify({ ...PIN, origin: { kind: 'ftp', address: 'x', commit: null } }),
    ],
    ['with a place as a text', JSON.stringify({ ...PIN, origin: '/x.tgz' })],
    ['with others that are no list', JSON.stringify({ ...PIN, beside: {} })],
    ['with others of which nothing is known', JSON.stringify({ ...PIN, beside: [{ name: 'b' }] })],
  ])('%s', (name, text) => {
    const file = join(folder, `${name}.json`)
    if (text !== null) writeFileSync(file, text)
    expect(readIndex(file)).toBeNull()
  })
})
