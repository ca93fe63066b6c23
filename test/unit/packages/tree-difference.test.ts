import { expect, test } from 'vitest'
import { isFloating } from '../../../runtime/packages/ahead.ts'
import { allowedScripts } from '../../../runtime/packages/install-scripts.ts'
import { treeDifference } from '../../../runtime/packages/tree-difference.ts'

const tree = (...ids: string[]) => ids.map((id, n) => `node_modules/p${n} ${id} sha512-x\n`).join('')

test.each([
  [tree('a@1'), tree('a@1'), [], [], []],
  [tree('a@1'), tree('a@1', '@s/b@2'), ['@s/b@2'], [], []],
  [tree('a@1', 'b@1'), tree('a@1'), [], ['b@1'], []],
  [tree('a@1'), tree('a@2'), [], [], ['a 1 -> 2']],
  [tree('a@1', 'a@2'), tree('a@2'), [], ['a@1'], []],
  [tree('a@1'), tree('a@2', 'a@3'), ['a@2', 'a@3'], ['a@1'], []],
  [`${tree('a@1')}scripts a@1\n`, tree('a@1'), [], [], []],
  ['rubbish\n\n', '', [], [], []],
])('%j, %j', (before, after, added, removed, changed) => {
  expect(treeDifference(before, after)).toEqual({ added, removed, changed })
})

test.each([
  ...(['latest', 'next', 'beta', 'canary', 'vnext', 'x-ray'].map((tag) => [tag, true]) as [
    string,
    boolean,
  ][]),
  ...(['1.0.0', '^1', '*', 'x', 'X', 'v1.2', '>=1 <2', '1.x', '~1.2'].map((range) => [range, false]) as [
    string,
    boolean,
  ][]),
])('%s floats: %s', (version, floats) => {
  expect(isFloating({ name: 'a', version })).toBe(floats)
})

test('scripts are allowed by the package’s whole name', () => {
  expect(isFloating({ name: 'a', version: null })).toBe(false)
  const scripts = ['left@1.0.0', '@s/left@1.0.0', 'left-pad@1.0.0']
  const allowed = (pin: object, allowScripts: string[], allowPlacedScripts: string[] = []) =>
    allowedScripts({ name: 'root', scripts, ...pin }, { allowScripts, allowPlacedScripts })
  expect(allowed({}, ['left'])).toEqual(['left@1.0.0'])
  expect(allowed({}, ['@s/left', 'pad'])).toEqual(['@s/left@1.0.0'])
  // What an archive calls itself is no reason to run its scripts: a person must have named it.
  const origin = { kind: 'file', address: '/x.tgz', commit: null } as const
  const archive = { name: 'archive:left', origin }
  for (const pin of [archive, { beside: [archive] }]) {
    expect(allowed(pin, ['left'])).toEqual([])
    expect(allowed(pin, [], ['left'])).toEqual(['left@1.0.0'])
  }
})
