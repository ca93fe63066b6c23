import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { removeTree, sameFiles, sealContent } from '../../../runtime/packages/tree-files.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tree-'))
})
afterEach(() => removeTree(root))

function fill(folder: string): string {
  const base = join(root, folder)
  mkdirSync(join(base, 'a/.bin'), { recursive: true })
  writeFileSync(join(base, 'a/plain'), 'x', { mode: 0o666 })
  writeFileSync(join(base, 'a/run'), 'xy', { mode: 0o700 })
  symlinkSync('../run', join(base, 'a/.bin/run'))
  return base
}
const mode = (path: string) => (lstatSync(path).mode & 0o7777).toString(8)

test('nothing in it can be written, all can be read, what ran still runs', async () => {
  const base = fill('t')
  chmodSync(join(base, 'a/run'), 0o6755)
  await sealContent(base)
  expect([mode(join(base, 'a')), mode(join(base, 'a/plain')), mode(join(base, 'a/run'))]).toEqual([
    '555',
    '444',
    '555',
  ])
})

test.each([
  ['an absolute link', '/etc/passwd'],
  ['a link upwards', '../../../x'],
  ['a link to a sibling with the same beginning', '../../t2/x'],
  ['a link to the folder itself', '../../t'],
])('%s is refused', async (_, target) => {
  const base = fill('t')
  symlinkSync(target, join(base, 'a/link'))
  await expect(sealContent(base)).rejects.toThrow('leads out')
})

test('folders are the same by names and sizes', async () => {
  const [one, two] = [fill('one'), fill('two')]
  expect(await sameFiles(one, two)).toBe(true)
  writeFileSync(join(two, 'a/plain'), 'longer')
  expect(await sameFiles(one, two)).toBe(false)
  rmSync(join(two, 'a/plain'))
  expect(await sameFiles(one, two)).toBe(false)
  mkdirSync(join(two, 'a/plain'))
  expect(await sameFiles(one, two)).toBe(false)
  expect(await sameFiles(one, join(root, 'nowhere'))).toBe(false)
})

test('a sealed folder is removed, what its links point to is not', async () => {
  const base = fill('t')
  const outside = join(root, 'outside')
  mkdirSync(outside, { mode: 0o555 })
  await sealContent(base)
  chmodSync(join(base, 'a'), 0o755)
  symlinkSync(outside, join(base, 'a/link'))
  chmodSync(join(base, 'a'), 0o555)
  chmodSync(base, 0o555)
  await removeTree(base)
  expect(existsSync(base)).toBe(false)
  expect(mode(outside)).toBe('555')
  await removeTree(base)
})
