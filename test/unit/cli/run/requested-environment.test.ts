import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { requestedEnvironment } from '../../../../cli/run/docker-run/environment.ts'

const FILES: Readonly<Record<string, string>> = {
  a: 'K=file\n# comment\n\n  LEFT=x\nQUOTED="a b" \r\nHOST\nNOWHERE\nEMPTY=\n#=x',
  b: '\ufeffK=second\nE=a=b',
  'no name': 'A=1\n=s3cret',
  'a space': 'A=1\nB C=s3cret',
  'a NUL': 'A=s3cret\0',
}
const host = { HOST: 'of the host', K: 'host K' }
const environment = (request: Partial<Parameters<typeof requestedEnvironment>[0]>) =>
  requestedEnvironment(
    { env: {}, pass: [], envFiles: [], ...request },
    { host, read: (path) => FILES[path] ?? readFileSync(path, 'utf8') },
  )
const A = { K: 'file', LEFT: 'x', QUOTED: '"a b" ', HOST: 'of the host', EMPTY: '' }

describe('requestedEnvironment', () => {
  it.each([
    [{}, {}],
    [
      { env: { K: 'v' }, pass: ['HOST'] },
      { K: 'v', HOST: 'of the host' },
    ],
    [{ pass: ['NOWHERE'] }, {}],
    [{ envFiles: ['a'] }, A],
    [{ envFiles: ['a', 'b'] }, { ...A, K: 'second', E: 'a=b' }],
    [{ envFiles: ['b', 'a'] }, { ...A, E: 'a=b' }],
    [
      { envFiles: ['a'], env: { K: 'v' } },
      { ...A, K: 'v' },
    ],
    [
      { envFiles: ['a'], pass: ['K'] },
      { ...A, K: 'host K' },
    ],
    [{ envFiles: ['b'], pass: ['E'] }, { K: 'second' }],
  ])('%j', (request, expected) => expect(environment(request)).toEqual(expected))

  it.each([
    ['no name', '--env-file no name, line 2: it names no variable'],
    ['a space', '--env-file a space, line 2: it names no variable'],
    ['a NUL', '--env-file a NUL, line 1: it names no variable'],
    ['/nowhere\u001b/x', '--env-file /nowhere\\x1b/x cannot be read (ENOENT)'],
    ['/', '--env-file / cannot be read (EISDIR)'],
  ])('refuses a file with %j', (path, message) => {
    expect(() => environment({ envFiles: [path] })).toThrow(
      expect.objectContaining({ code: 'usage', message, hint: expect.any(String) }),
    )
  })
})
