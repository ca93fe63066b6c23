import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkUsable } from '../../../runtime/sandbox/usable-shares.ts'

const OWNER = { uid: 64_877, gid: 64_877 }
const folder = mkdtempSync(join(tmpdir(), 'usable-'))
beforeAll(() => {
  mkdirSync(join(folder, 'd'))
  writeFileSync(join(folder, 'f'), '')
})
afterAll(() => rmSync(folder, { recursive: true }))

it.each<[name: 'd' | 'f', mode: number, uid: number, gid: number, write: boolean, usable: boolean]>([
  ['d', 0o755, 0, 0, false, true],
  ['d', 0o755, 0, 0, true, false],
  ['d', 0o777, 0, 0, true, true],
  ['d', 0o744, 0, 0, false, false],
  ['d', 0o750, 0, 0, false, false],
  ['d', 0o750, 0, 64_877, false, true],
  ['d', 0o700, 64_877, 0, true, true],
  ['d', 0o077, 64_877, 0, false, false],
  ['f', 0o644, 0, 0, false, true],
  ['f', 0o600, 0, 0, false, false],
  ['f', 0o600, 64_877, 0, true, true],
])('%s of mode %o, of %i:%i, for writing %s: usable %s', (name, mode, uid, gid, write, usable) => {
  const source = join(folder, name)
  chownSync(source, uid, gid)
  chmodSync(source, mode)
  const check = () => checkUsable([{ source, target: source, write }], OWNER)
  if (usable) check()
  else expect(check).toThrow(write ? 'may not write to it' : 'may not read it')
  checkUsable([{ source, target: source, write }], null)
})
