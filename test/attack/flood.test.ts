import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { expectSilence } from '../fixtures/internet/silence.ts'
import { type Patch, patchedBuild } from '../fixtures/product/patched-build.ts'
import { type Product, product, USERS, type User } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { KIT } from './rig/barrage.ts'
import { type History, readHistory } from './rig/history.ts'
import { runToEnd } from './rig/run-to-end.ts'

/** Or as many as fit into this time: two cores make and judge some thousands a second. */
const SHORT = { count: 100_000, seconds: 6 }
/** Or until the last of them is ended. */
const SLOW = { count: 3000, seconds: 45 }
/** Longer than a client is waited for. */
const UNBOUNDED_SECONDS = 14
/** Connections at once that the recorder serves. */
const ROOM = 1024
const MEMORY_KB = 500 * 1024

/** No bound on connections at once, and none on how long a client may take to say what it is. */
const NO_BOUNDS: readonly Patch[] = [
  { file: 'mcp-run.cjs', find: /sockets\d*\.size>=MAX_FLOWS/, replace: '!1' },
  { file: 'mcp-run.cjs', find: 'PATIENCE_MS=1e4', replace: 'PATIENCE_MS=1e8' },
]

let internet: Internet
/** Beside the rest, since it mostly waits. */
let unbounded: Promise<Flood>
beforeAll(async () => {
  internet = await startInternet()
  unbounded = flood('root', 'slow', patchedBuild(internet.folder(0), NO_BOUNDS))
})
afterAll(() => internet?.close())

interface Flood {
  /** As the sandbox's kernel counted them. */
  readonly begun: number
  readonly ended: number
  readonly peakKb: number
  readonly history: History
}

async function flood(user: User, way: 'short' | 'slow', dist?: string): Promise<Flood> {
  const mcp = product(internet, { user, ...(dist && { dist }) })
  cpSync(KIT, join(mcp.cwd, 'kit'), { recursive: true })
  const { count, seconds } =
    way === 'short' ? SHORT : dist === undefined ? SLOW : { ...SLOW, seconds: UNBOUNDED_SECONDS }
  const program = [
    join(mcp.cwd, 'kit', 'flood.cjs'),
    way,
    internet.addresses.sink.v4,
    String(count),
    String(seconds),
  ]
  const profile = mcp.profile('flood', 'name: flood\negress: []\n')
  const child = mcp.spawn(['--profile', profile, '--', 'node', ...program])
  let peakKb = 0
  // Its last word, before which nothing of it is gone.
  child.stdout?.on('data', () => {
    peakKb = Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1])
  })
  const { stdout } = await runToEnd(child, 90_000)
  const [begun = 0, ended = 0] = stdout.trim().split(' ').map(Number)
  return { begun, ended, peakKb, history: await readHistory(mcp, 'flood') }
}

function told({ flows, gaps }: History): number {
  return gaps.reduce((sum, { count }) => sum + count, flows.length)
}

/** A server beside it, that goes about its work: how each of its requests went. */
async function neighbour(user: User, mcp: Product = product(internet, { user })): Promise<readonly string[]> {
  const profile = mcp.profile('neighbour', 'name: neighbour\negress:\n  - host: api.test\n')
  const request = `curl -sk -m 5 -o /dev/null -w '%{http_code}\\n' https://api.test/`
  const child = mcp.spawn([
    '--profile',
    profile,
    '--',
    'sh',
    '-c',
    `for n in $(seq 20); do ${request}; sleep 0.3; done`,
  ])
  return (await runToEnd(child, 60_000)).stdout.trim().split('\n')
}

describe.each(USERS)('row 41, as %s', (user) => {
  let short: Flood
  let slow: Flood
  let answers: readonly string[]
  beforeAll(async () => {
    const all = () => Promise.all([flood(user, 'short'), flood(user, 'slow'), neighbour(user)])
    ;[short, slow, answers] = await expectSilence(internet, all)
  }, 120_000)

  it('each of many connections is told or counted', () => {
    expect(short.begun).toBeGreaterThan(5000)
    // Those that a full backlog kept out are known from the kernel's counts, which two cores make inexact by a few.
    expect(Math.abs(told(short.history) - short.begun)).toBeLessThanOrEqual(short.begun / 500)
    expect(short.history.alerts.map(({ reason }) => reason)).toEqual(['raw-ip'])
    expect(short.history.flows.length).toBeLessThanOrEqual(10_000)
    // Those too that were reset before they were accepted.
    expect(new Set(short.history.flows.map(({ address }) => address))).toEqual(
      new Set([internet.addresses.sink.v4]),
    )
  })

  it('slow heads are ended, and no more than there is room for are served', () => {
    expect(slow).toMatchObject({ begun: SLOW.count, ended: SLOW.count })
    expect(slow.history.flows).toHaveLength(ROOM)
    expect(slow.history.gaps).toEqual([
      expect.objectContaining({ kind: 'flow-limit', count: SLOW.count - ROOM }),
    ])
    expect(slow.history.alerts.map(({ reason, count }) => [reason, count])).toEqual([['raw-ip', ROOM]])
  })

  it('memory stays bounded', () => {
    for (const { peakKb } of [short, slow]) {
      expect(peakKb).toBeGreaterThan(0)
      expect(peakKb).toBeLessThan(MEMORY_KB)
    }
  })

  it('a server beside it is served', () => {
    expect(answers).toEqual(new Array(20).fill('200'))
  })
})

describe('row 41, without the bounds', () => {
  it('slow heads are served for ever, whatever their number', async () => {
    const { begun, ended, history } = await unbounded
    expect({ begun, ended }).toEqual({ begun: SLOW.count, ended: 0 })
    // A full backlog may keep out a few.
    expect(history.flows.length).toBeGreaterThan(2 * ROOM)
  })
})
