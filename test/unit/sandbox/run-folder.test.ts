import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRunFolder, sweepRunFolders } from '../../../runtime/sandbox/run-folder.ts'

let store: string
beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'mcp-run-folders-'))
})
afterEach(() => rmSync(store, { recursive: true }))

test('a sweep takes what nobody holds any more, and nothing of a process that lives', () => {
  const [one, other] = [createRunFolder(store), createRunFolder(store)]
  const dead = join(store, 'run', '4194305-1-0a0b0c0d')
  const nameless = join(store, 'run', 'build-x')
  for (const folder of [dead, nameless]) mkdirSync(folder)
  sweepRunFolders(store)
  expect([one, other, dead, nameless].map((folder) => existsSync(folder))).toEqual([true, true, false, false])
})
