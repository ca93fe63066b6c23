import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import { bootId, processOf, runsSince } from '../../../runtime/model/process-table.ts'
import { onPlatform } from '../../fixtures/on-platform.ts'

const spawnSync = () => ({ error: new Error('spawnSync ENOENT'), stdout: null })
vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ spawnSync } as never)

test('where nothing tells when a process started, one that is there is taken for the same', async () => {
  onPlatform('darwin')
  const child = spawn('sleep', ['100'])
  const pid = child.pid ?? 0
  expect(processOf(pid)).toEqual({ start: 0, ended: false })
  expect(runsSince(pid, 0)).toBe(true)
  child.kill()
  await once(child, 'exit')
  expect(runsSince(pid, 0)).toBe(false)
  expect(bootId()).toBe('')
})
