import { describe, expect, test } from 'vitest'
import { readAlerts } from '../../../runtime/store/read/alerts.ts'
import { readDestinations } from '../../../runtime/store/read/destinations.ts'
import { readDns } from '../../../runtime/store/read/dns.ts'
import { readFlows } from '../../../runtime/store/read/flows.ts'
import { alert, DENIED_QUERY, drop, flow, flowRecord, opened, query, request } from './entries.ts'
import { openServer } from './temporary-store.ts'

const NAMES = [
  "');DROP TABLE flows;--",
  '=cmd|"/c calc"!A1',
  '<script>alert(1)</script>',
  '\u001b[2J\u001b]8;;https://evil.test\u0007x',
  'a\nb\r\nc\u0000d',
  '\u202eevil\u200b',
  '*',
  '?',
  '$(id)',
]

describe('text that wants to be something else stays text', () => {
  test.each(NAMES)('%j', (name) => {
    const { db, commit } = openServer()
    commit(opened(), flow({ name, sni: name, httpHost: name, alpn: [name], chain: [name], protocol: 'http' }))
    commit(query({ name, resolver: name, ...DENIED_QUERY }), drop({ name, address: name }))
    commit(request({ path: name, host: name, method: name }))
    commit(alert({ key: name, destination: { ...flowRecord(), name }, evidence: { [name]: name } }))
    expect(readDestinations(db, 0).map((each) => each.name)).toEqual([name, name, name])
    const [first] = readFlows(db, 0)
    expect(first).toMatchObject({ name, sni: name, alpn: [name], chain: [name], requests: [{ path: name }] })
    expect([...readDns(db, 0)]).toMatchObject([{ name, resolver: name }])
    expect(readAlerts(db, 'exa', 0)[0]?.evidence[0]?.details).toEqual({ [name]: name })
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  })
})

test('64 KB of name is cut, with its length kept in sight', () => {
  const { db, commit } = openServer()
  const name = `${'x'.repeat(65_536)}.test`
  commit(opened(), flow({ name, sni: name, httpHost: name }), query({ name, ...DENIED_QUERY }))
  for (const destination of readDestinations(db, 0)) {
    expect(destination.name).toMatch(/^x{1024}…\(65541 characters\)$/)
  }
  const [first] = readFlows(db, 0)
  expect(first?.sni?.length).toBeLessThan(1_100)
  expect([...readDns(db, 0)][0]?.name.length).toBeLessThan(1_100)
})

test('a lone surrogate does not stop the journal', () => {
  const { db, commit } = openServer()
  commit(opened(), flow({ name: 'a\ud800b' }))
  expect(readDestinations(db, 0)).toHaveLength(1)
})
