import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findReplaced } from '../../../runtime/packages/replaced.ts'
import { readTree } from '../../../runtime/packages/tree.ts'

let store: string
beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'replaced-'))
})
afterEach(() => rmSync(store, { recursive: true }))

function treeOf(packages: Record<string, object>) {
  const entries = Object.entries(packages).map(([name, entry]) => [
    `node_modules/${name}`,
    { version: '1.0.0', ...entry },
  ])
  const result = readTree(JSON.stringify({ lockfileVersion: 3, packages: Object.fromEntries(entries) }))
  if (!result.ok) throw new Error(result.flaw)
  return result.tree
}

function keep(packages: Record<string, object>): void {
  const { digest, text } = treeOf(packages)
  mkdirSync(join(store, digest))
  writeFileSync(join(store, digest, 'tree.txt'), text)
}

test.each([
  ['the same', { a: { integrity: 'sha512-AAAA' } }, null],
  ['another version', { a: { version: '1.0.1', integrity: 'sha512-BBBB' } }, null],
  ['another package', { b: { integrity: 'sha512-BBBB' } }, null],
  ['the same by one of several hashes', { a: { integrity: 'sha1-CCCC sha512-AAAA' } }, null],
  ['a hash that cannot be compared', { a: { integrity: 'sha1-CCCC' } }, null],
  ['the same version in a tarball of another', { a: { inBundle: true } }, null],
  ['other content', { a: { integrity: 'sha512-BBBB' } }, 'a'],
  [
    'other content of a dependency',
    { a: { integrity: 'sha512-AAAA' }, dep: { integrity: 'sha512-BBBB' } },
    'dep',
  ],
])('%s', (_, packages, name) => {
  keep({ z: { integrity: 'sha512-ZZZZ' } })
  keep({ a: { integrity: 'sha512-AAAA' }, dep: { integrity: 'sha512-AAAA' }, inner: { inBundle: true } })
  expect(findReplaced(store, treeOf(packages))?.name ?? null).toBe(name)
})

test('a tree that was damaged has no say', () => {
  mkdirSync(join(store, 'a'.repeat(64)))
  expect(findReplaced(store, treeOf({ a: { integrity: 'sha512-AAAA' } }))).toBeNull()
})
