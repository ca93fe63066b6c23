import { expect, test } from 'vitest'
import { packagePairs } from '../../../runtime/packages/package-pairs.ts'
import { readTreeText } from '../../../runtime/packages/tree.ts'

const tree = (folder: string, ...lines: readonly string[]) => ({
  folder,
  packages: readTreeText(lines.map((line) => `node_modules/${line}\n`).join('')),
})
const pairs = (before: readonly string[], after: readonly string[]) =>
  packagePairs(tree('/old', ...before), tree('/new', ...after), 'root').map(({ before: old, after: now }) => [
    old === null ? null : `${old.id} ${old.path} ${[...old.others]}`.trim(),
    now === null ? null : `${now.id} ${now.path} ${[...now.others]}`.trim(),
  ])

test('of two trees what has other content: the package itself first, then what is new', () => {
  expect(
    pairs(
      ['a a@1 sha512-a', 'b b@1 sha512-b', 'c c@1 sha512-c', 'root root@1 sha512-r'],
      ['a a@1 sha512-a', 'b b@2 sha512-B', '@s/d @s/d@1 sha512-d', 'root root@2 sha512-R'],
    ),
  ).toEqual([
    ['root@1 /old/node_modules/root', 'root@2 /new/node_modules/root'],
    [null, '@s/d@1 /new/node_modules/@s/d'],
    ['b@1 /old/node_modules/b', 'b@2 /new/node_modules/b'],
    ['c@1 /old/node_modules/c', null],
  ])
})

test('what only lies elsewhere is the same; the same version with other content is not', () => {
  expect(
    pairs(
      ['a a@1 sha512-a', 'b b@1 sha512-b', 'b/node_modules/a a@2 sha512-A'],
      ['a a@2 sha512-A', 'b b@1 sha512-X', 'b/node_modules/a a@1 sha512-a'],
    ),
  ).toEqual([['b@1 /old/node_modules/b node_modules/a', 'b@1 /new/node_modules/b node_modules/a']])
})

test('what lies in another’s tarball is part of it, and what lies within that has its own is not', () => {
  expect(
    pairs(
      [],
      ['b b@1 sha512-b', 'b/node_modules/c c@1 bundled', 'b/node_modules/c/node_modules/d d@1 sha512-d'],
    ),
  ).toEqual([
    [null, 'b@1 /new/node_modules/b node_modules/c/node_modules/d'],
    [null, 'd@1 /new/node_modules/b/node_modules/c/node_modules/d'],
  ])
})

test('several versions of one name', () => {
  expect(pairs(['a a@1 sha512-1'], ['a a@2 sha512-2', 'b/node_modules/a a@3 sha512-3'])).toEqual([
    [null, 'a@3 /new/node_modules/b/node_modules/a'],
    ['a@1 /old/node_modules/a', 'a@2 /new/node_modules/a'],
  ])
})

test('of rubbish there is nothing', () => {
  expect(readTreeText('\nscripts a@1\nx y\nnode_modules/a a sha512-x\n')).toEqual([])
})
