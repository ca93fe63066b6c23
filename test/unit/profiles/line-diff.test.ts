import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { lineDiff } from '../../../profiles/line-diff.ts'
import { profileFolder } from './profile-folder.ts'

it.each([
  ['a line more', 'a\nb\nc\n', 'a\nb\nx\nc\n'],
  ['a line less', 'a\nb\nc\n', 'a\nc\n'],
  ['a line changed', 'a\nb\nc\nd\ne\nf\ng\nh\n', 'a\nb\nc\nd\nE\nf\ng\nh\n'],
  ['the first', 'a\nb\n', 'x\nb\n'],
  ['the last', 'a\nb\n', 'a\nx\n'],
  ['twice the same', 'a\na\n', 'a\na\na\n'],
  ['all', 'a\n', 'b\n'],
])('%s: git makes the one of the other', (_, before, after) => {
  const folder = profileFolder()
  writeFileSync(folder.at('file'), before)
  execFileSync('git', ['apply', '-p0'], { cwd: folder.cwd, input: lineDiff('file', before, after) })
  expect(readFileSync(folder.at('file'), 'utf8')).toBe(after)
})

it('says nothing of equal texts', () => {
  expect(lineDiff('file', 'a\n', 'a\n')).toBe('')
})
