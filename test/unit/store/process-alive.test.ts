import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { processAlive, processIdentity } from '../../../runtime/store/process-alive.ts'

test('this process is alive; one with its number, but another start or boot, is not', () => {
  const own = processIdentity()
  expect(own).toMatchObject({ pid: process.pid, pidStart: expect.any(Number) })
  expect(own.bootId).toMatch(/^[0-9a-f-]{36}$/)
  expect(processAlive(own)).toBe(true)
  expect(processAlive({ ...own, pidStart: own.pidStart - 1 })).toBe(false)
  expect(processAlive({ ...own, bootId: '00000000-0000-0000-0000-000000000000' })).toBe(false)
})

test('a process that has ended is not alive', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'])
  const identity = processIdentity(child.pid)
  expect(processAlive(identity)).toBe(true)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(processAlive(identity)).toBe(false)
})

test('nor is one that nobody has collected yet', async () => {
  // The shell becomes a sleep, which never waits for the child that it inherits; the child ends no sooner than that.
  const untilAsleep = 'until [ "$(cat /proc/$PPID/comm)" = sleep ]; do :; done'
  const parent = spawn('sh', ['-c', `sh -c '${untilAsleep}' & echo $!; exec sleep 100`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [output] = (await once(parent.stdout, 'data')) as [Buffer]
    const identity = processIdentity(Number(output.toString()))
    const ended = () => !processAlive(identity)
    await expect.poll(ended, { timeout: 5_000 }).toBe(true)
    expect(processIdentity(identity.pid).pidStart).toBe(identity.pidStart)
  } finally {
    parent.kill('SIGKILL')
    await once(parent, 'exit')
  }
})
