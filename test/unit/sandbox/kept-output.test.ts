import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { keepOutput } from '../../../runtime/sandbox/kept-output.ts'

const SPEAKS = ['-c', 'echo said; echo told >&2']

describe('what a process that has ended said', () => {
  it.each([0, 200])('is there for who reads it %i ms later, whole and once', async (later) => {
    const child = spawn('sh', SPEAKS)
    keepOutput(child.stdout)
    keepOutput(child.stderr)
    await once(child, 'exit')
    await pause(later)
    const read = [child.stdout, child.stderr].map(async (stream) => {
      let text = ''
      stream.on('data', (chunk) => {
        text += chunk
      })
      await once(stream, 'end')
      return text
    })
    expect(await Promise.all(read)).toEqual(['said\n', 'told\n'])
  })

  it('is thrown away by Node otherwise', async () => {
    const child = spawn('sh', SPEAKS)
    await once(child, 'exit')
    await pause(100)
    expect([child.stdout.readableEnded, child.stdout.read()]).toEqual([true, null])
  })

  it('flows as it comes while the process runs, and stops where its reader does', async () => {
    const child = spawn('sh', ['-c', 'while echo line; do :; done'])
    keepOutput(child.stdout)
    let bytes = 0
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    while (bytes < 100_000) await pause(5)
    child.stdout.pause()
    const before = bytes
    await pause(50)
    expect(bytes).toBe(before)
    child.kill('SIGKILL')
  })
})
