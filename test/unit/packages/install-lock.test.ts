import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isAlive, pidOf, processToken } from '../../../runtime/model/process-identity.ts'
import { withInstallLock } from '../../../runtime/packages/install-lock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a token tells whether its process lives', () => {
  const own = processToken()
  expect(isAlive(own)).toBe(true)
  expect(pidOf(own)).toBe(process.pid)
  expect(processToken()).not.toBe(own)
  const dead = spawnSync(process.execPath, ['-e', '']).pid
  const [, start = ''] = own.split('-')
  const tokens = [
    `${dead}-${start}-00`,
    `${process.pid}-1-00`,
    `${process.pid}-0-00`,
    '',
    'x',
    '1-',
    '../../etc',
  ]
  for (const token of tokens) expect(isAlive(token), token).toBe(false)
})

test('one works at a time, the other waits and is told for whom', async () => {
  const file = join(folder, 'a/lock')
  const order: string[] = []
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const first = withInstallLock(
    file,
    () => {},
    async () => {
      order.push('first')
      await held
      order.push('first done')
    },
  )
  const waits: number[] = []
  const second = withInstallLock(
    file,
    (pid) => {
      waits.push(pid)
      release()
    },
    async () => order.push('second'),
  )
  await Promise.all([first, second])
  expect(order).toEqual(['first', 'first done', 'second'])
  expect(waits).toEqual([process.pid])
  expect(readdirSync(join(folder, 'a'))).toEqual([])
})

test('a holder that died is succeeded at once, without a word', async () => {
  const file = join(folder, 'lock')
  writeFileSync(file, `${spawnSync(process.execPath, ['-e', '']).pid}-1-00`)
  const unexpected = (pid: number) => {
    throw new Error(`waited for ${pid}`)
  }
  expect(await withInstallLock(file, unexpected, async () => readdirSync(folder))).toEqual(['lock'])
  expect(readdirSync(folder)).toEqual([])
})

test('work that fails releases it', async () => {
  const file = join(folder, 'lock')
  const failing = withInstallLock(
    file,
    () => {},
    () => Promise.reject(new Error('no')),
  )
  await expect(failing).rejects.toThrow('no')
  expect(readdirSync(folder)).toEqual([])
})
