import { describe, expect, test } from 'vitest'
import { binsOf, chooseBin } from '../../../runtime/packages/bin.ts'

describe('binsOf', () => {
  test.each([
    ['a path is named like the package', 'server', 'cli.js', { server: 'cli.js' }],
    ['without its scope', '@a/server', './dist/cli.js', { server: 'dist/cli.js' }],
    ['names with paths', 'x', { a: 'a.js', b: './b.js' }, { a: 'a.js', b: 'b.js' }],
    [
      'a path never leads out',
      'x',
      { a: '../../../etc/passwd', b: '/bin/sh' },
      { a: 'etc/passwd', b: 'bin/sh' },
    ],
    ['nor by backslashes', 'x', { a: '..\\..\\x.js' }, { a: 'x.js' }],
    [
      'a name never holds a folder',
      'x',
      { '../a': 'a.js', 'b/c': 'c.js', 'd\\e': 'e.js' },
      { a: 'a.js', c: 'c.js', e: 'e.js' },
    ],
    ['names that are none', 'x', { '..': 'a.js', '.': 'a.js', '': 'a.js' }, {}],
    ['paths that are none', 'x', { a: '', b: '.', c: 3, d: null, e: '/' }, {}],
    ['nothing', 'x', undefined, {}],
    ['a list', 'x', ['a.js'], {}],
    ['a number', 'x', 3, {}],
    ['an empty path', 'x', '', {}],
  ])('%s', (_, name, field, bins) => {
    expect(binsOf(name, field)).toEqual(bins)
  })
})

describe('chooseBin', () => {
  test.each([
    ['the only one', 'server', { other: 'a.js' }, null, 'other'],
    ['all are one script', 'server', { one: 'a.js', two: 'a.js' }, null, 'one'],
    ['named like the package', 'server', { a: 'a.js', server: 'b.js' }, null, 'server'],
    ['without its scope', '@x/server', { a: 'a.js', server: 'b.js' }, null, 'server'],
    ['the one that was asked for', 'server', { a: 'a.js', server: 'b.js' }, 'a', 'a'],
  ])('%s', (_, name, bins, wanted, chosen) => {
    expect(chooseBin(name, bins, wanted)).toBe(chosen)
  })

  test.each([
    [
      'several, none named like it',
      'server',
      { b: 'b.js', a: 'a.js' },
      null,
      'several commands: a, b',
      '-p server COMMAND',
    ],
    ['asked for one that is not there', 'server', { a: 'a.js' }, 'z', "no command 'z'", 'it has: a'],
    ['asked for what every object has', 'server', { a: 'a.js' }, 'constructor', 'no command', 'it has: a'],
    [
      'a package named like what every object has',
      'valueof',
      { b: 'b.js', a: 'a.js' },
      null,
      'several',
      'COMMAND',
    ],
    ['none at all', 'server', {}, null, 'no command to run', '--'],
    ['none at all, one asked for', 'server', {}, 'a', 'no command to run', '--'],
  ])('%s', (_, name, bins, wanted, message, hint) => {
    expect(() => chooseBin(name, bins as Record<string, string>, wanted)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      }),
    )
  })
})
