import { expect, test } from 'vitest'
import { parsePinArguments } from '../../../../cli/pin/arguments.ts'

const NONE = { what: null, store: undefined, json: false, verify: false, accept: false }

test.each<readonly [readonly string[], object]>([
  [[], { ...NONE, run: null }],
  [['--list', '--json'], { ...NONE, json: true, run: null }],
  [['--verify', '--store', '/s'], { ...NONE, verify: true, store: '/s', run: null }],
])('%j lists', (words, expected) => {
  expect(parsePinArguments('pin', words)).toEqual(expected)
})

test('a package is pinned as a start would have it', () => {
  const words = [
    'x@^1',
    '--accept',
    '--min-age',
    '7d',
    '--accept-name',
    'x',
    '--sandbox=native',
    '--store=/s',
  ]
  const { run, ...rest } = parsePinArguments('pin', words)
  expect(rest).toEqual({ ...NONE, what: 'x@^1', accept: true, store: '/s' })
  expect(run).toMatchObject({
    words: ['x@^1'],
    options: { acceptNames: ['x'], minAge: 7 * 86_400_000, sandbox: 'native', store: '/s', profile: null },
  })
  expect(parsePinArguments('pin', ['--profile', 'exa']).run).toMatchObject({
    options: { profile: 'exa' },
    words: [],
  })
})

test('several that were named together are named together', () => {
  expect(parsePinArguments('pin', ['--accept', 'a@1 & ./b.tgz']).run).toMatchObject({
    options: { packages: ['a@1', './b.tgz'], call: 'true' },
    words: [],
  })
})

test('unpin takes a package', () => {
  expect(parsePinArguments('unpin', ['x'])).toEqual({ ...NONE, what: 'x', run: null })
})

test.each<readonly ['pin' | 'unpin', readonly string[], string]>([
  ['pin', ['a', 'b'], 'one package at a time'],
  ['pin', ['a', '--list'], '--list lists every package'],
  ['pin', ['--accept'], 'needs the package'],
  ['pin', ['a', '--profile', 'b'], 'not both'],
  ['pin', ['--unknown'], '--unknown'],
  ['pin', ['a', '--min-age', 'soon'], '--min-age soon'],
  ['unpin', [], 'which package'],
  ['unpin', ['a', '--json'], '--json'],
])('%s %j is refused', (kind, words, message) => {
  expect(() => parsePinArguments(kind, words)).toThrow(message)
})
