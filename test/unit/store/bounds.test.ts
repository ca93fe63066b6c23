import { describe, expect, test } from 'vitest'
import type { JournalEntry } from '../../../runtime/model/journal.ts'
import { LIMITS } from '../../../runtime/store/limits.ts'
import { readAlerts } from '../../../runtime/store/read/alerts.ts'
import { readDestinations } from '../../../runtime/store/read/destinations.ts'
import { readGaps } from '../../../runtime/store/read/gaps.ts'
import {
  alert,
  DENIED,
  DENIED_QUERY,
  drop,
  during,
  flow,
  flowClosed,
  opened,
  query,
  request,
  requestEnded,
} from './entries.ts'
import { type OpenServer, openServer } from './temporary-store.ts'

function times(count: number, entry: (n: number) => JournalEntry): JournalEntry[] {
  return Array.from({ length: count }, (_, n) => entry(n))
}

function rows({ db }: OpenServer, table: string): number {
  return db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0
}

const deniedQuery = (n: number, domain = 'evil.test') => {
  return query({ id: `q${n}`, name: `n${n}.${domain}`, ...DENIED_QUERY })
}

describe('names under one registrable domain', () => {
  test('1,500 of them: 1,000 by name, 500 counted together, and nothing lost', () => {
    const server = openServer()
    server.commit(opened(), query({ name: 'api.exa.ai', ...DENIED_QUERY }))
    server.commit(...times(1_500, (n) => deniedQuery(n)))
    server.commit(query({ id: 'late', name: 'late.other.test', ...DENIED_QUERY }))

    const destinations = readDestinations(server.db, 0)
    const flowsOf = (name: string) => destinations.find((each) => each.name === name)?.flows
    expect(destinations).toHaveLength(1_003)
    expect(flowsOf('*.evil.test')).toBe(500)
    expect(flowsOf('n999.evil.test')).toBe(1)
    expect(flowsOf('n1000.evil.test')).toBeUndefined()
    expect(flowsOf('late.other.test')).toBe(1)
    expect(rows(server, 'dns')).toBe(1_002)
    expect(readGaps(server.db, 0)).toMatchObject([{ kind: 'folded', count: 500 }])
  })

  test('the bound holds over transactions, processes and kinds; a name that was known stays known', () => {
    const server = openServer()
    server.commit(opened(), ...times(600, (n) => deniedQuery(n)))
    const other = openServer('exa', server.store)
    other.commit(...times(500, (n) => flow({ id: `s1.${n}`, name: `f${n}.evil.test`, ...DENIED })))
    server.commit(deniedQuery(3), deniedQuery(7_000))
    const folded = readDestinations(server.db, 0).filter(({ name }) => name === '*.evil.test')
    expect(folded).toMatchObject([
      { port: 443, flows: 100 },
      { port: 53, flows: 1 },
    ])
    expect(readDestinations(server.db, 0).find(({ name }) => name === 'n3.evil.test')?.flows).toBe(2)
  })

  test('folded flows keep their bytes, their rows and their names', () => {
    const server = openServer()
    server.commit(opened(), ...times(1_000, (n) => deniedQuery(n)))
    server.commit(flow({ name: 'wide.evil.test' }))
    server.commit(flowClosed())
    const [folded] = readDestinations(server.db, 0).filter(({ name }) => name === '*.evil.test')
    expect(folded).toMatchObject({ flows: 1, bytesSent: 10, bytesReceived: 20 })
    expect(server.db.prepare('SELECT name, bytes_sent AS sent FROM flows').all()).toEqual([
      { name: 'wide.evil.test', sent: 10 },
    ])
  })

  test('the public suffix list says what a domain is', () => {
    const server = openServer()
    server.commit(opened(), ...times(1_100, (n) => deniedQuery(n, `d${n}.co.uk`)))
    expect(readDestinations(server.db, 0)).toHaveLength(1_100)
  })
})

test('bare addresses are one group: 1,000 of their own, the rest counted together', () => {
  const server = openServer()
  const toAddress = (n: number) => drop({ address: `198.51.${n >> 8}.${n & 255}`, packets: 2 })
  server.commit(opened(), ...times(1_200, toAddress))
  const destinations = readDestinations(server.db, 0)
  expect(destinations).toHaveLength(1_001)
  expect(destinations.find(({ name }) => name === '*')?.flows).toBe(400)
  expect(rows(server, 'drops')).toBe(1_200)
})

test('ports of one host: 256 of their own, the rest counted as port 0', () => {
  const server = openServer()
  server.commit(
    opened(),
    ...times(400, (n) => flow({ id: `s1.${n}`, port: n + 1, ...DENIED, reason: 'port' })),
  )
  const destinations = readDestinations(server.db, 0)
  expect(destinations).toHaveLength(LIMITS.portsPerHost + 1)
  expect(destinations.find(({ port }) => port === 0)?.flows).toBe(400 - LIMITS.portsPerHost)
})

test('however many domains and ports, a server has a bounded number of destinations', () => {
  const server = openServer()
  const domains = LIMITS.hosts + 500
  server.commit(
    opened(),
    ...times(domains, (n) => query({ id: `q${n}`, name: `x.d${n}.test`, ...DENIED_QUERY })),
  )
  const destinations = readDestinations(server.db, 0)
  expect(destinations).toHaveLength(LIMITS.hosts + 1)
  expect(destinations.find(({ name }) => name === '*')?.flows).toBe(500)
  const scan = (n: number) =>
    flow({ id: `s1.${n}`, name: `x.d${n % 200}.test`, port: 1 + Math.floor(n / 200), ...DENIED })
  server.commit(...times(20_000, scan))
  expect(rows(server, 'destinations')).toBeLessThanOrEqual(LIMITS.endpoints + 500)
  const flows = readDestinations(server.db, 0).reduce((sum, each) => sum + each.flows, 0)
  expect(flows).toBe(domains + 20_000)
}, 20_000)

test('denied flows: 10,000 rows under one domain of one session, the rest counted and named as a gap', () => {
  const server = openServer()
  const denied = (n: number) => flow({ id: `s1.${n}`, name: `n${n % 3}.evil.test`, ...DENIED })
  server.commit(opened(), ...times(LIMITS.rowsPerDomain + 50, denied))
  server.commit(flow({ id: 's1.other', name: 'other.test', ...DENIED }), flow({ id: 's1.good' }))
  server.commit(flowClosed({ flow: `s1.${LIMITS.rowsPerDomain + 1}`, state: 'denied' }))
  expect(rows(server, 'flows')).toBe(LIMITS.rowsPerDomain + 2)
  expect(readGaps(server.db, 0)).toMatchObject([{ kind: 'folded', count: 50 }])
  const flows = readDestinations(server.db, 0).reduce((sum, each) => sum + each.flows, 0)
  expect(flows).toBe(LIMITS.rowsPerDomain + 52)
})

test('DNS queries of one name: 10,000 denied rows, and allowed ones go on', () => {
  const server = openServer()
  const count = LIMITS.rowsPerDomain + 10
  server.commit(opened(), ...times(count, (n) => query({ id: `d${n}`, name: 'evil.test', ...DENIED_QUERY })))
  server.commit(...times(count, (n) => query({ id: `a${n}` })))
  expect(rows(server, 'dns')).toBe(LIMITS.rowsPerDomain + count)
  expect(readGaps(server.db, 0)).toMatchObject([{ kind: 'folded', count: 10 }])
  expect(readDestinations(server.db, 0)).toMatchObject([{ name: 'evil.test', flows: count }])
})

test('requests over one connection: 10,000 denied rows, allowed ones go on, and the sums hold all', () => {
  const server = openServer()
  const count = LIMITS.rowsPerDomain + 10
  const attribution = during('search')
  server.commit(opened(), flow({ inspection: 'inspected' }))
  const denied = { ...DENIED, reason: 'request-undeclared' } as const
  server.commit(...times(count, (n) => request({ ...denied, id: `d${n}`, attribution })))
  server.commit(...times(20, (n) => request({ id: `a${n}`, attribution })))
  server.commit(requestEnded({ request: `d${count - 1}` }), requestEnded({ request: 'a19', findings: 2 }))
  expect(rows(server, 'http_requests')).toBe(LIMITS.rowsPerDomain + 20)
  expect(readGaps(server.db, 0)).toMatchObject([{ kind: 'folded', count: 10 }])
  expect(readDestinations(server.db, 0)[0]?.tools).toMatchObject([
    { tool: 'search', requests: count + 20, denied: count },
  ])
})

test('requests of a flow that only sums count are counted there too', () => {
  const server = openServer()
  const flows = (n: number) => flow({ id: `s1.${n}`, ...DENIED })
  server.commit(opened(), ...times(LIMITS.rowsPerDomain + 1, flows))
  server.commit(request({ ...DENIED, flow: `s1.${LIMITS.rowsPerDomain}`, attribution: during('x') }))
  expect(rows(server, 'http_requests')).toBe(0)
  expect(readGaps(server.db, 0)).toMatchObject([{ kind: 'folded', count: 2 }])
  expect(readDestinations(server.db, 0)[0]?.tools).toMatchObject([{ tool: 'x', requests: 1, denied: 1 }])
})

test('dropped packets: rows and gap make up what was sent', () => {
  const server = openServer()
  const count = LIMITS.rowsPerDomain + 2_000
  server.commit(
    opened(),
    ...times(count, (n) => drop({ address: `198.18.${n >> 8}.${n & 255}`, packets: 1 })),
  )
  const kept = server.db.prepare<[], number>('SELECT sum(packets) FROM drops').pluck().get() ?? 0
  const gap = readGaps(server.db, 0).find(({ kind }) => kind === 'folded')?.count ?? 0
  expect(kept + gap).toBe(count)
  expect(readDestinations(server.db, 0).reduce((sum, each) => sum + each.flows, 0)).toBe(count)
})

test('alerts of very many kinds end in one a reason', () => {
  const server = openServer()
  server.commit(opened(), ...times(LIMITS.alerts + 30, (n) => alert({ key: `d${n}.test undeclared` })))
  const alerts = readAlerts(server.db, 'exa', 0)
  expect(alerts).toHaveLength(LIMITS.alerts + 1)
  expect(alerts.find(({ destination }) => destination.name === '*')?.count).toBe(30)
})
