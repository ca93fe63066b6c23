import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { isAlive, processToken } from '../../../runtime/model/process-identity.ts'
import { bootId, processOf, runsSince } from '../../../runtime/model/process-table.ts'
import { onPlatform } from '../../fixtures/on-platform.ts'

test.each(['linux', 'darwin'] as const)(
  'on %s a process is told from another of its number',
  async (platform) => {
    onPlatform(platform)
    const before = Date.now()
    const child = spawn('sleep', ['100'])
    const pid = child.pid ?? 0
    const start = processOf(pid)?.start ?? 0
    if (platform === 'darwin') expect(Math.abs(start * 1000 - before)).toBeLessThan(5_000)
    expect(runsSince(pid, start)).toBe(true)
    expect(runsSince(pid, start - 100)).toBe(false)
    const token = processToken(pid)
    expect(isAlive(token)).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(processOf(pid)).toBeNull()
    expect(isAlive(token)).toBe(false)
  },
)

test.each(['linux', 'darwin'] as const)(
  'on %s what only waits to be collected has ended',
  async (platform) => {
    onPlatform(platform)
    // The shell becomes a sleep, which never waits for the child that it inherits.
    const parent = spawn('sh', ['-c', 'sh -c "sleep 0.3" & echo $!; exec sleep 100'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const [output] = (await once(parent.stdout, 'data')) as [Buffer]
      const pid = Number(output.toString())
      await expect.poll(() => processOf(pid)?.ended, { timeout: 5_000 }).toBe(true)
    } finally {
      parent.kill('SIGKILL')
      await once(parent, 'exit')
    }
  },
)

test('the machine’s start has a name', () => {
  expect(bootId()).toMatch(/^[0-9a-f-]{36}$/)
})
