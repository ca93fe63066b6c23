import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { arrivals, expectSilence } from '../fixtures/internet/silence.ts'
import { patchedBuild } from '../fixtures/product/patched-build.ts'
import { product, USERS, type User } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { NO_NETWORK } from './rig/controls.ts'
import { readHistory } from './rig/history.ts'
import { runToEnd } from './rig/run-to-end.ts'

const PACKETS = 1000
const PROFILE = 'name: eager\negress: []\n'

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet?.close())

/** What the server does before anything else; and with its last breath, since it ends with it. */
const FIRSTS = [
  {
    what: 'datagrams',
    script: `for ((n = 0; n < ${PACKETS}; n++)); do echo x >/dev/udp/SINK/9999; done`,
    told: { in: 'drops', reason: 'udp' },
  },
  {
    what: 'connections',
    script: `for ((n = 0; n < ${PACKETS}; n++)); do echo x >/dev/tcp/SINK/9999; done`,
    told: { in: 'flows', reason: 'raw-ip' },
  },
  {
    what: 'questions',
    script: `for ((n = 0; n < ${PACKETS}; n++)); do
      printf '\\0\\7\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\4evil\\4test\\0\\0\\20\\0\\1' >/dev/udp/SINK/53
    done`,
    told: { in: 'dns', reason: 'dns-undeclared' },
  },
  {
    what: 'questions over TCP',
    script: `for ((n = 0; n < ${PACKETS}; n++)); do
      printf '\\0\\33\\0\\7\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\4evil\\4test\\0\\0\\20\\0\\1' >/dev/tcp/SINK/53
    done`,
    told: { in: 'dns', reason: 'dns-undeclared' },
  },
] as const

type First = (typeof FIRSTS)[number]

async function attempt(user: User, { script }: First, dist?: string) {
  const mcp = product(internet, { user, ...(dist && { dist }) })
  const words = script.replaceAll('SINK', internet.addresses.sink.v4)
  const args = ['--profile', mcp.profile('eager', PROFILE), '--', 'bash', '-c', words]
  return { mcp, ...(await runToEnd(mcp.spawn(args), 30_000)) }
}

describe.each(USERS)('row 39, as %s', (user) => {
  it.each(FIRSTS)('none of 1,000 $what gets out, and all are told', async (first) => {
    const { mcp } = await expectSilence(internet, () => attempt(user, first))
    const history = await readHistory(mcp, 'eager')
    const rows = history[first.told.in].filter(({ reason }) => reason === first.told.reason)
    const refused = history.gaps.reduce((sum, gap) => sum + gap.count, 0)
    const count = rows.reduce(
      (sum, row) => sum + ('packets' in row && row.packets !== null ? row.packets : 1),
      0,
    )
    // More at once than there is room for is refused, and counted.
    expect(count + refused).toBe(PACKETS)
    expect(history.alerts.map(({ reason, count: times }) => [reason, times])).toEqual([
      [first.told.reason, count],
    ])
  })
})

describe.each(USERS)('row 39, in the host network, as %s', (user) => {
  it.each(FIRSTS)('$what get out', async (first) => {
    const dist = patchedBuild(internet.folder(0), NO_NETWORK)
    const { lines } = await arrivals(internet, () => attempt(user, first, dist))
    expect(lines.join('\n')).toMatch(/198\.51\.100\.200: \d{4} packets/)
  })
})
