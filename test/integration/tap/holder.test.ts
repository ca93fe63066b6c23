import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { droppedPackets } from '../../../runtime/tap/drop-counters.ts'
import { type InheritedLink, openTapLink } from '../../../runtime/tap/link.ts'
import type { CaptureSockets } from '../../../runtime/tap/sockets.ts'

const TAP = fileURLToPath(new URL('../../../dist/tap.cjs', import.meta.url))

let link: InheritedLink
let tap: ReturnType<typeof spawn>
let ended: Promise<unknown>
let sockets: CaptureSockets
beforeEach(async () => {
  link = openTapLink()
  tap = spawn('unshare', ['--net', '--', process.execPath, TAP], {
    stdio: ['pipe', 'pipe', 'pipe', link.peer],
  })
  ended = once(tap, 'exit')
  link.handOver()
  sockets = await link.sockets(10_000)
})
afterEach(async () => {
  link.close()
  await ended
  for (const fd of Object.values(sockets).flat()) if (fd !== null) closeSync(fd)
})

describe('a tap that holds its namespace', () => {
  beforeEach(async () => {
    link.order({ hostLoopbackPorts: [], stage: null, command: 'hold', user: null, args: [] })
    expect(await link.became()).toBeNull()
  })

  it('asks the kernel what it is told to, and the answer comes to the socket', async () => {
    const source = { netfilter: sockets.netfilter, ask: link.ask }
    expect(await droppedPackets(source)).toBe(0)
    await inNamespace('for n in 1 2 3; do echo x > /dev/udp/203.0.113.9/999; done')
    expect(await droppedPackets(source)).toBe(3)
  })

  it('is a shell by then, without an environment', () => {
    expect(readFileSync(`/proc/${tap.pid}/comm`, 'utf8')).not.toContain('node')
    expect(readFileSync(`/proc/${tap.pid}/environ`, 'latin1')).toBe('')
  })

  it('ends with the link', async () => {
    link.close()
    await ended
    expect(existsSync(`/proc/${tap.pid}`)).toBe(false)
  })
})

async function inNamespace(script: string): Promise<void> {
  const [code] = await once(spawn('nsenter', ['-t', String(tap.pid), '-n', 'bash', '-c', script]), 'exit')
  expect(code).toBe(0)
}
