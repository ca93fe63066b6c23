import { expect, test } from 'vitest'
import { findStandIns } from '../../../runtime/packages/stand-ins.ts'

const A = { path: 'node_modules/a', placed: false }
const B = { path: 'node_modules/b', placed: true }
const NAMED = { ...B, placed: false }

type Entries = Readonly<Record<string, Readonly<Record<string, unknown>>>>

function listOf(entries: Entries): string {
  const packages = Object.entries(entries).map(([path, entry]) => [
    `node_modules/${path}`,
    { version: '1.0.0', ...entry },
  ])
  return JSON.stringify({ lockfileVersion: 3, packages: Object.fromEntries(packages) })
}

const takes = (of: string, name: string, is: string, named = false) => ({ of, name, is, named })

test.each<readonly [what: string, roots: readonly (typeof A)[], entries: Entries, found: readonly object[]]>([
  ['one alone', [B], { b: { dependencies: { c: '1' } }, c: { dependencies: { b: '1' } } }, []],
  [
    'two that share what they need',
    [A, B],
    { a: { dependencies: { c: '1' } }, b: { dependencies: { c: '1' } }, c: {} },
    [],
  ],
  ['a dependency', [A, B], { a: { dependencies: { b: '1' } }, b: {} }, [takes('a@1.0.0', 'b', 'b@1.0.0')]],
  [
    'one of the registry’s',
    [A, NAMED],
    { a: { dependencies: { b: '1' } }, b: {} },
    [takes('a@1.0.0', 'b', 'b@1.0.0', true)],
  ],
  [
    'of the second, by the first',
    [{ ...A, placed: true }, NAMED],
    { a: {}, b: { dependencies: { a: '1' } } },
    [takes('b@1.0.0', 'a', 'a@1.0.0')],
  ],
  [
    'a dependency’s dependency',
    [A, B],
    { a: { dependencies: { c: '1' } }, c: { dependencies: { b: '1' } }, b: {} },
    [takes('c@1.0.0', 'b', 'b@1.0.0')],
  ],
  [
    'an optional one',
    [A, B],
    { a: { optionalDependencies: { b: '1' } }, b: {} },
    [takes('a@1.0.0', 'b', 'b@1.0.0')],
  ],
  ['a peer', [A, B], { a: { peerDependencies: { b: '*' } }, b: {} }, [takes('a@1.0.0', 'b', 'b@1.0.0')]],
  [
    'one that the first has of its own',
    [A, B],
    { a: { dependencies: { b: '1' } }, 'a/node_modules/b': {}, b: {} },
    [],
  ],
  [
    'one that lies between',
    [A, B],
    {
      a: { dependencies: { '@s/c': '1' } },
      'a/node_modules/@s/c': { dependencies: { b: '1' } },
      'a/node_modules/b': {},
      b: {},
    },
    [],
  ],
  [
    'by another name',
    [A, B],
    { a: { dependencies: { c: '1' } }, b: { dependencies: { c: 'npm:evil@1' } }, c: { name: 'evil' } },
    [takes('a@1.0.0', 'c', 'evil@1.0.0')],
  ],
  [
    'by a name that the first gives too',
    [A, B],
    {
      a: { dependencies: { c: 'npm:other@1', d: '1' } },
      b: {},
      c: { name: 'other' },
      d: { dependencies: { c: '1' } },
    },
    [],
  ],
  ['what is not there', [A, B], { a: { optionalDependencies: { c: '1' } }, b: {} }, []],
])('%s', (_, roots, entries, found) => {
  expect(findStandIns(listOf(entries), roots)).toEqual(found)
})
