import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addresses } from '../fixtures/internet/addresses.ts'
import type { Internet } from '../fixtures/internet/model.ts'
import { type History, history } from '../fixtures/product/history.ts'
import { processInside } from '../fixtures/product/leftovers.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { inside, startInside } from '../fixtures/sandboxed/inside.ts'

/** Destinations of one kind that the kernel tells apart: docs/sandbox.md. */
const TOLD_APART = 65_535

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
const recorded = ({ drops }: History) => sum(drops.map(({ packets }) => packets))
const gap = ({ gaps }: History, kind: string) => gaps.find((one) => one.kind === kind)?.count ?? 0

/** Packets of UDP as the report has them, and what it says is missing. */
async function reported(mcp: Product): Promise<{ packets: number; gaps: readonly unknown[] }> {
  const report: Report = JSON.parse(await mcp.egress(['report', '--server', 'p', '--format', 'json']))
  const [server] = report.servers
  const dropped = server?.destinations.filter(
    ({ reason, transport }) => reason === 'udp' && transport === 'udp',
  )
  return { packets: sum(dropped?.map(({ flows }) => flows) ?? []), gaps: server?.gaps ?? [] }
}

interface Report {
  readonly servers: readonly {
    readonly destinations: readonly { flows: number; reason: string; transport: string }[]
    readonly gaps: readonly { kind: string; count: number }[]
  }[]
}

describe.each(USERS)('as %s', (user) => {
  let mcp: Product
  let profile: string
  beforeEach(async () => {
    mcp = product(internet, { user })
    profile = mcp.profile('p', 'name: p\negress:\n  - host: api.test\n')
    await internet.resetCounts()
  })
  /** Nothing arrived but questions to the host's resolver. */
  const nothingLeft = async () => {
    const arrived = [...(await internet.traffic()).packets.keys()]
    expect(arrived.filter((address) => address !== addresses.resolver.v4)).toEqual([])
  }

  it.each([
    ['IPv4', '60.0.0.0', 443],
    ['IPv6', '2001:db8:f00d::', 443],
  ])('counts UDP to 10,000 destinations of %s: rows and gap are the packets sent', async (_, first, port) => {
    const { answer } = await inside(mcp, profile, 'datagrams', { destinations: 10_000, each: 2, first, port })
    expect(answer).toBe(20_000)
    const seen = history(mcp.store, 'p')
    expect(seen.gaps).toEqual([])
    expect(recorded(seen)).toBe(20_000)
    expect(seen.drops).toHaveLength(10_000)
    expect(new Set(seen.drops.map(({ address }) => address)).size).toBe(10_000)
    expect(seen.drops[0]).toMatchObject({
      port,
      transport: 'udp',
      packets: 2,
      reason: 'udp',
      declaration: 'undeclared',
    })
    expect(await reported(mcp)).toEqual({ packets: 20_000, gaps: [] })
    await nothingLeft()
  })

  it('counts ICMP and every other protocol, each under its name', async () => {
    // The sandbox's own processes may not make such sockets: they are sent from outside, in its namespace.
    const run = startInside(mcp, profile, 'cat >/dev/null')
    await run.says('@')
    const pid = await processInside(mcp, run.child.pid ?? 0)
    const raw = `import socket
for protocol in (47, 132, 200):
    socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol).sendto(b'x' * 20, ('${addresses.sink.v4}', 0))`
    const within = `nsenter --net=/proc/${pid}/ns/net`
    execFileSync('sh', ['-c', `${within} ping -q -c 3 -i 0.01 -W 0.1 ${addresses.api.v4} || true`])
    execFileSync('sh', ['-c', `${within} ping -q -6 -c 2 -i 0.01 -W 0.1 ${addresses.api.v6} || true`])
    execFileSync('sh', ['-c', `${within} python3 -c "$0"`, raw])
    run.child.stdin?.end()
    await run.ended
    const { drops, gaps } = history(mcp.store, 'p')
    expect(drops.map((row) => `${row.transport} ${row.address} ${row.packets} ${row.reason}`).sort()).toEqual(
      [
        `gre ${addresses.sink.v4} 1 protocol`,
        `icmp ${addresses.api.v4} 3 protocol`,
        `ipv6-icmp ${addresses.api.v6} 2 protocol`,
        `proto-200 ${addresses.sink.v4} 1 protocol`,
        `sctp ${addresses.sink.v4} 1 protocol`,
      ],
    )
    expect(gaps).toEqual([])
    await nothingLeft()
  })

  it('flags UDP to a declared name as info, to others as a finding', async () => {
    await inside(mcp, profile, 'datagramsByName', ['api.test', 'evil.test'])
    const seen = history(mcp.store, 'p')
    expect(seen.drops).toContainEqual(
      expect.objectContaining({
        name: 'api.test',
        port: 443,
        declaration: 'declared',
        reason: 'udp',
        packets: 1,
      }),
    )
    expect(seen.drops).toContainEqual(
      expect.objectContaining({ name: 'evil.test', declaration: 'undeclared', reason: 'udp', packets: 1 }),
    )
    const drops = seen.alerts.filter(({ kind }) => kind === 'dropped_packets')
    expect(drops.map(({ name, severity }) => `${name} ${severity}`).sort()).toEqual([
      'api.test info',
      'evil.test medium',
    ])
    await nothingLeft()
  })
})

it('gives the exact number of packets whose destination the kernel could not keep', async () => {
  const mcp = product(internet, { user: 'root' })
  const profile = mcp.profile('p', 'name: p\negress: []\n')
  const destinations = TOLD_APART + 4465
  const sent = await inside(
    mcp,
    profile,
    'datagrams',
    { destinations, first: '60.0.0.0' },
    { timeoutMs: 60_000 },
  )
  expect(sent.answer).toBe(destinations)
  const seen = history(mcp.store, 'p')
  expect(gap(seen, 'drop-detail')).toBe(4465)
  // What is not kept one by one is in the report's sums; what the kernel could not keep is its gap.
  const { packets, gaps } = await reported(mcp)
  expect(packets).toBe(TOLD_APART)
  expect(gaps).toContainEqual(expect.objectContaining({ kind: 'drop-detail', count: 4465 }))
})
