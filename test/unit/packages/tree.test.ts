import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readTree } from '../../../runtime/packages/tree.ts'

const SHA = 'sha512-jdf7FHh6A1lzjpHHQUgxsg2GeER2vMetnAOfeActzcoli6jamlK+NAwL6Dsr5Fl3BS3tYUQzCdtZjU8Qxv7bEA=='
const lock = (packages: unknown, lockfileVersion: unknown = 3) =>
  JSON.stringify({ lockfileVersion, packages })
const of = (path: string, entry: object) => lock({ [path]: { version: '1.0.0', integrity: SHA, ...entry } })

describe('readTree', () => {
  test('every package where it lies, sorted, under one digest', () => {
    const result = readTree(
      lock({
        '': { name: 'root' },
        'node_modules/b': { version: '2.0.0', integrity: SHA },
        'node_modules/@a/a/node_modules/b': { version: '1.0.0', integrity: SHA },
        'node_modules/@a/a': { version: '1.0.0', integrity: SHA },
        'node_modules/alias': { name: 'real', version: '1.0.0', integrity: SHA },
        'node_modules/b/node_modules/inner': { version: '1.0.0', inBundle: true },
        'node_modules/b/node_modules/other': { version: '1.0.0', inBundle: true, integrity: SHA },
      }),
    )
    if (!result.ok) throw new Error(result.flaw)
    expect(result.tree.text.split('\n')).toEqual([
      `node_modules/@a/a @a/a@1.0.0 ${SHA}`,
      `node_modules/@a/a/node_modules/b b@1.0.0 ${SHA}`,
      `node_modules/alias real@1.0.0 ${SHA}`,
      `node_modules/b b@2.0.0 ${SHA}`,
      'node_modules/b/node_modules/inner inner@1.0.0 bundled',
      'node_modules/b/node_modules/other other@1.0.0 bundled',
      '',
    ])
    expect(result.tree.digest).toBe(createHash('sha256').update(result.tree.text).digest('hex'))
  })

  test('neither order nor where it was fetched from changes the digest; place, version and integrity do', () => {
    const a = { version: '1.0.0', integrity: SHA }
    const digest = (packages: object) => {
      const result = readTree(lock(packages))
      return result.ok ? result.tree.digest : result.flaw
    }
    const base = digest({ 'node_modules/a': a, 'node_modules/b': a })
    expect(digest({ 'node_modules/b': { ...a, resolved: 'http://x/' }, 'node_modules/a': a })).toBe(base)
    const others = [
      { 'node_modules/a': a, 'node_modules/a/node_modules/b': a },
      { 'node_modules/a': a, 'node_modules/b': { ...a, version: '1.0.1' } },
      { 'node_modules/a': a, 'node_modules/b': { ...a, integrity: SHA.replace('j', 'k') } },
    ].map(digest)
    expect(new Set([base, ...others]).size).toBe(4)
  })

  test.each([
    ['no JSON', 'x{', 'not a lock file'],
    ['an old lock', lock({}, 1), 'not a lock file'],
    ['a list', lock(null), 'not a lock file'],
    ['null', 'null', 'not a lock file'],
    ['an outside path', of('../x', {}), 'lies outside'],
    ['an inside path that leads out', of('node_modules/../../x', {}), 'lies outside'],
    ['dots for a name', of('node_modules/..', {}), 'lies outside'],
    ['an absolute path', of('/node_modules/x', {}), 'lies outside'],
    ['a workspace', of('packages/x', {}), 'lies outside'],
    ['a newline in a path', of('node_modules/x\ny', {}), 'lies outside'],
    ['a link', lock({ 'node_modules/x': { link: true, resolved: '../x' } }), 'no version'],
    ['a version with blanks', of('node_modules/x', { version: '1 2' }), 'no version'],
    [
      'no integrity',
      lock({ 'node_modules/x': { version: '1.0.0' } }),
      'nothing vouches for the content of x@1.0.0',
    ],
    ['an integrity of another kind', of('node_modules/x', { integrity: 'md5-abc=' }), 'nothing vouches'],
    ['an integrity that is none', of('node_modules/x', { integrity: 7 }), 'nothing vouches'],
    ['an entry that is none', lock({ 'node_modules/x': 7 }), 'no version'],
  ])('%s is refused', (_, text, flaw) => {
    expect(readTree(text)).toEqual({ ok: false, flaw: expect.stringContaining(flaw) })
  })

  test('more packages than anybody needs are refused', () => {
    const many = Array.from({ length: 50_001 }, (_, n) => [
      `node_modules/p${n}`,
      { version: '1.0.0', integrity: SHA },
    ])
    expect(readTree(lock(Object.fromEntries(many)))).toMatchObject({
      ok: false,
      flaw: expect.stringContaining('50000'),
    })
  })
})
