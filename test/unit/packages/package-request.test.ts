import { expect, test } from 'vitest'
import { packageRequest } from '../../../runtime/packages/package-request.ts'

test.each([
  ['the first word is the package', [], ['exa@1', '--port', '3'], 'exa', '1', null, ['--port', '3']],
  ['nothing follows', [], ['@a/b'], '@a/b', null, null, []],
  [
    "options after the package are the server's",
    [],
    ['exa', '-p', 'x', '-y'],
    'exa',
    null,
    null,
    ['-p', 'x', '-y'],
  ],
  ['-p names the package, the first word its command', ['@a/b@2'], ['tool', 'x'], '@a/b', '2', 'tool', ['x']],
])('%s', (_, packages, words, name, version, bin, args) => {
  expect(packageRequest(packages, words, '/work')).toEqual({ spec: { name, version }, bin, args })
})

test('what several -p name goes into one installation, the first of them first', () => {
  const { spec, bin, args } = packageRequest(['a@1', './b.tgz', '@s/c'], ['tool', 'x'], '/work')
  expect(spec).toMatchObject({
    ...{ name: 'a', version: '1' },
    beside: [
      { name: 'archive:b', origin: { address: '/work/b.tgz' } },
      { name: '@s/c', version: null },
    ],
  })
  expect([bin, args]).toEqual(['tool', ['x']])
})

test.each([
  ['nothing named', [], [], 'no package'],
  ['-p alone', ['exa'], [], 'which command of exa'],
  ['the same twice', ['exa', 'other', 'exa@2'], ['exa'], 'exa is named twice'],
  ['several -p without a command', ['exa', 'other'], [], 'which command of exa & other'],
  ['a folder', [], ['./dist'], 'not in the registry'],
  ['a folder with -p', ['./dist'], ['exa'], 'not in the registry'],
])('%s is refused', (_, packages, words, message) => {
  expect(() => packageRequest(packages, words, '/work')).toThrow(message)
})
