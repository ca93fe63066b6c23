import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import {
  type IndexEntry,
  indexFile,
  indexKey,
  readIndex,
  writeIndex,
} from '../../../runtime/packages/index-entry.ts'

const folder = mkdtempSync(join(tmpdir(), 'index-'))
afterAll(() => rmSync(folder, { recursive: true }))

const entry: IndexEntry = {
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
}

test.each([
  [{ name: '@a/b', version: '^1 || 2' }, /^%40a%2Fb%40%5E1%20%7C%7C%202\+node\d+-\w+$/],
  [{ name: 'a', version: null }, /^a\+node\d+-\w+$/],
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
  writeIndex(file, entry)
  expect(readIndex(file)).toEqual(entry)
})

describe('an index that cannot be used is as good as none', () => {
  test.each([
    ['missing', null],
    ['cut short', '{"format":1,'],
    ['of another format', JSON.stringify({ ...entry, format: 2 })],
    ['with a tree that is a path', JSON.stringify({ ...entry, tree: '../../../etc' })],
    ['with bins that are not', JSON.stringify({ ...entry, bins: { a: 'cli.js' } })],
    [
      'with an unknown start',
      JSON.stringify({ ...entry, bins: { a: { path: 'x', start: { kind: 'deno' } } } }),
    ],
    ['with scripts that are not', JSON.stringify({ ...entry, scripts: 'x' })],
    ['without a version', JSON.stringify({ ...entry, version: undefined })],
    ['null', 'null'],
  ])('%s', (name, text) => {
    const file = join(folder, `${name}.json`)
    if (text !== null) writeFileSync(file, text)
    expect(readIndex(file)).toBeNull()
  })
})
