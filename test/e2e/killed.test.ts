import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { containersOf } from '../fixtures/product/leftovers.ts'
import { product, USERS } from '../fixtures/product/product.ts'
import { ON_DOCKER, startInternet } from '../fixtures/product/sandbox.ts'

// Containers take longer to begin.
const ROUNDS = ON_DOCKER ? 10 : 25
const TIMEOUT_MS = ON_DOCKER ? 300_000 : 120_000
const AT_ONCE = 2
/** What docs/docker.md says; of most rounds, since a test's machine may be busy. */
const MOST_MS = 1000
const OPAQUE = 5432

/** Opens connections without end, each with bytes of its own, and tells on stdout of each that was answered. */
const LOAD = `
const net = require('node:net')
let open = 0
function next() {
  while (open < 8) {
    open++
    const socket = net.connect(${OPAQUE}, 'api.test', () => socket.write('x'.repeat(2000)))
    socket.on('data', () => { process.stdout.write('.'); socket.end() })
    socket.on('error', () => {})
    socket.on('close', () => { open--; setImmediate(next) })
  }
}
next()
`

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

test.each(USERS)(
  'as %s: killed under load, nothing flows afterwards and every connection has its row',
  async (user) => {
    const mcp = product(internet, { user })
    const profile = mcp.profile(
      'load',
      `egress: [{ host: api.test, ports: [${OPAQUE}], protocol: opaque }]\n`,
    )
    /** Milliseconds until nothing of it ran. */
    const took: number[] = []
    const round = async (): Promise<void> => {
      const child = mcp.spawn(['--profile', profile, '--', 'node', '-e', LOAD])
      // Some way into the load, not at its start.
      await new Promise<void>((resolve, reject) => {
        let answered = 0
        child.stdout?.on('data', (chunk: Buffer) => {
          answered += chunk.length
          if (answered > 20) resolve()
        })
        child.once('exit', (code) => reject(new Error(`mcp-run ended with ${code}`)))
      })
      const descendants = processTree(child.pid ?? 0)
      const containers = await containersOf(mcp, child.pid ?? 0)
      expect(descendants.length + containers.length).toBeGreaterThan(ON_DOCKER ? 1 : 2)
      child.removeAllListeners('exit')
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      const at = performance.now()
      await gone
      await eventually(async () => {
        return (
          descendants.every((pid) => !alive(pid)) && (await containersOf(mcp, child.pid ?? 0)).length === 0
        )
      })
      took.push(performance.now() - at)
    }
    for (let done = 0; done < ROUNDS; done += AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, ROUNDS - done) }, round))
    }
    if (process.env.TEST_TELL)
      console.info(
        user,
        took
          .map(Math.round)
          .sort((a, b) => a - b)
          .join(' '),
      )
    expect(median(took)).toBeLessThan(MOST_MS)
    const settled = await internet.traffic()
    const connections = settled.payload.get(`${internet.addresses.api.v4} ${OPAQUE}`)?.connections ?? 0
    const over6 = settled.payload.get(`${internet.addresses.api.v6} ${OPAQUE}`)?.connections ?? 0
    expect((await internet.traffic()).payload).toEqual(settled.payload)

    // Any egress command closes the books of sessions whose recorder is gone.
    await mcp.egress(['report'])
    const db = new Database(join(mcp.store, 'servers', 'load.sqlite'), { readonly: true })
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    const rows = db.prepare('SELECT count(*) FROM flows').pluck().get() as number
    expect(rows).toBeGreaterThanOrEqual(connections + over6)
    expect(connections + over6).toBeGreaterThan(ROUNDS)
    const ends = db.prepare('SELECT end, count(*) AS count FROM sessions GROUP BY end').all()
    expect(ends).toEqual([{ end: 'recorder-lost', count: ROUNDS }])
    expect(db.prepare(`SELECT count(*) FROM flows WHERE state = 'open'`).pluck().get()).toBe(0)
    db.close()
    await internet.resetCounts()
  },
  TIMEOUT_MS,
)

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

function processTree(root: number): number[] {
  const children = childrenOf(root)
  return [...children, ...children.flatMap(processTree)]
}

function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`
  try {
    return readText(file).trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

function alive(pid: number): boolean {
  // A process that ended but was not collected yet holds nothing any more.
  return existsSync(`/proc/${pid}`) && !/^State:\s+[ZX]/m.test(readText(`/proc/${pid}/status`))
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return 'State: X'
  }
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 5000
  while (!(await holds())) {
    if (Date.now() > until) throw new Error('it did not come about in 5 s')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
