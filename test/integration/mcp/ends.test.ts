import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BYTE_SERVER, buildBridge, startBridgeProcess } from '../../fixtures/mcp/bridge-process.ts'

let bridge: Awaited<ReturnType<typeof buildBridge>>
beforeAll(async () => {
  bridge = await buildBridge()
})
afterAll(() => bridge.remove())

const CLIENT = `
import { spawn } from 'node:child_process'
const child = spawn(process.execPath, process.argv.slice(1), { stdio: ['pipe', 'pipe', 'inherit', 3] })
child.stdout.pipe(process.stdout)
setInterval(() => {}, 1000)
`

describe('ends', () => {
  it('a killed client leaves no bridge and no server behind', async () => {
    const args = ['--input-type=module', '-e', CLIENT, bridge.main, process.execPath, BYTE_SERVER, 'stubborn']
    const client = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, KEEP_FD3: '1', GRACE_MS: '100' },
    })
    // Client, bridge and server hold the other end: it closes when the last of them is gone.
    const held = client.stdio[3] as Readable
    const allGone = once(held.resume(), 'end')
    await once(createInterface(client.stdout), 'line')
    client.kill('SIGKILL')
    await allGone
    await once(client, 'close')
  })

  it('a client that closes only its end of stdout ends the server', async () => {
    const { child, ended } = startBridgeProcess(bridge.main, [BYTE_SERVER, 'echo'])
    child.stdout.destroy()
    await once(child.stdout, 'close')
    child.stdin.write('{"id":1}\n')
    expect((await ended).end).toMatchObject({ reason: 'client-gone', stopped: 'exited' })
  })

  it('a killed server: what it wrote is passed on, even half a line', async () => {
    const script = `process.stdout.write('{"a":1}\\n{"half', () => process.kill(process.pid, 'SIGKILL'))`
    const { child, ended } = startBridgeProcess(bridge.main, ['-e', script])
    const bytes = Buffer.concat(await child.stdout.toArray())
    expect(bytes.toString()).toBe('{"a":1}\n{"half')
    expect((await ended).end).toMatchObject({ reason: 'server-ended', stopped: 'exited' })
  })

  it('a server that does not care is told three times', async () => {
    const { child, ended, stderr } = startBridgeProcess(bridge.main, [BYTE_SERVER, 'stubborn'], {
      GRACE_MS: '300',
    })
    await once(createInterface(child.stdout), 'line')
    child.stdin.end()
    const { end } = await ended
    expect(end).toMatchObject({ reason: 'server-ended', stopped: 'killed' })
    expect(stderr()).toMatch(/^\[fixture\] EOF\n\[fixture\] SIGTERM\n/m)
  })

  it('a server’s exit code and last words are there', async () => {
    const script = `process.stderr.write('fatal: \\x1b[31mno token'); process.exitCode = 7`
    const { ended, stderr } = startBridgeProcess(bridge.main, ['-e', script])
    expect(await ended).toMatchObject({ exitCode: 7, end: { reason: 'server-ended' } })
    expect(stderr()).toMatch(/^\[fixture\] fatal: \\x1b\[31mno token\nmcp-run: /)
  })
})
