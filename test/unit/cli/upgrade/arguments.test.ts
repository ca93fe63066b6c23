import { expect, test } from 'vitest'
import { parseUpgradeArguments } from '../../../../cli/upgrade/arguments.ts'

const NONE = { version: null, yes: false, dryRun: false, json: false, store: undefined }

test.each<readonly [readonly string[], object]>([
  [['x'], { what: 'x', ...NONE }],
  [['@s/x@^1', '2.0.0', '--yes'], { ...NONE, what: '@s/x@^1', version: '2.0.0', yes: true }],
  [['x', 'next', '-y', '--json'], { ...NONE, what: 'x', version: 'next', yes: true, json: true }],
  [['--dry-run', 'x', '--store=/s'], { ...NONE, what: 'x', dryRun: true, store: '/s' }],
])('%j', (words, expected) => {
  const { run: _, ...rest } = parseUpgradeArguments(words)
  expect(rest).toEqual(expected)
})

test('what a start heeds is passed on', () => {
  const words = [
    'x',
    '--allow-scripts',
    'a',
    '--allow-scripts=b',
    '--min-age',
    '0',
    '--sandbox',
    'native',
    '--store',
    '/s',
  ]
  expect(parseUpgradeArguments(words).run).toMatchObject({
    words: ['x'],
    options: { allowScripts: ['a', 'b'], minAge: 0, sandbox: 'native', store: '/s' },
  })
})

test.each<readonly [readonly string[], string]>([
  [[], 'which package'],
  [['a', '1', '2'], 'one package and one version'],
  [['a', '--yes', '--dry-run'], 'not both'],
  [['a', 'file:../b'], 'not in the registry'],
  [['./a.tgz'], './a.tgz is of no registry'],
  [['../a'], 'not in the registry'],
  [['a', '--profile', 'b'], '--profile'],
  [['a', '--accept'], '--accept'],
])('%j is refused', (words, message) => {
  expect(() => parseUpgradeArguments(words)).toThrow(message)
})
