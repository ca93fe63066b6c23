import { expect, test } from 'vitest'
import { DAY } from '../../../runtime/store/day.ts'
import { prune } from '../../../runtime/store/prune.ts'
import { readAlerts } from '../../../runtime/store/read/alerts.ts'
import { readDestinations } from '../../../runtime/store/read/destinations.ts'
import { readFlows } from '../../../runtime/store/read/flows.ts'
import { readRequests } from '../../../runtime/store/read/requests.ts'
import {
  alert,
  closed,
  DENIED,
  DENIED_QUERY,
  drop,
  flow,
  flowClosed,
  NOON,
  opened,
  query,
  request,
  requestEnded,
} from './entries.ts'
import { openServer } from './temporary-store.ts'

const LATER = NOON + 10 * DAY

test('what is older goes, what is younger stays, and the file shrinks', () => {
  const { db, commit } = openServer()
  commit(opened(), alert(), query(), query({ id: 'q2', name: 'old.test', ...DENIED_QUERY }), drop())
  for (let n = 0; n < 6_000; n++) commit(flow({ id: `s1.${n}`, name: `n${n % 9}.test` }))
  commit(flow({ id: 's1.web', protocol: 'http' }), request({ flow: 's1.web' }), closed())
  commit(opened({ id: 's2', startedAt: LATER }), flow({ id: 's2.1', session: 's2', startedAt: LATER }))
  commit(alert({ at: LATER, session: 's2', key: 'young' }))

  const pruned = prune(db, LATER - DAY)
  expect(pruned).toMatchObject({
    sessions: 1,
    flows: 6_001,
    dnsQueries: 2,
    httpRequests: 1,
    drops: 1,
    gaps: 0,
    alerts: 1,
    rollups: 12,
  })
  expect(pruned.bytesFreed).toBeGreaterThan(500_000)
  expect([...readFlows(db, 0)].map(({ id }) => id)).toEqual(['s2.1'])
  expect(readDestinations(db, 0)).toMatchObject([{ name: 'api.exa.ai', flows: 1, firstSeen: LATER }])
  expect(readAlerts(db, 'exa', 0)).toHaveLength(1)
  const left = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
  expect(['sessions', 'destinations', 'destination_addresses', 'hosts'].map(left)).toEqual([1, 1, 1, 1])
  expect(prune(db, LATER - DAY)).toMatchObject({ sessions: 0, flows: 0, rollups: 0, bytesFreed: 0 })
})

test('a request that is still open stays, as its flow does', () => {
  const { db, commit } = openServer()
  commit(opened(), flow(), request({ id: 'stream' }), request({ id: 'done' }))
  commit(requestEnded({ request: 'done' }), request({ id: 'denied', ...DENIED }))
  expect(prune(db, LATER)).toMatchObject({ flows: 0, httpRequests: 2 })
  commit(requestEnded({ request: 'stream', bytesReceived: 9 }))
  expect([...readRequests(db, 0)]).toMatchObject([{ id: 'stream', bytesReceived: 9 }])
  commit(closed())
  expect(prune(db, LATER)).toMatchObject({ flows: 1, httpRequests: 1 })
})

test('a request whose flow was deleted before it names none', () => {
  const { db, commit } = openServer()
  commit(opened(), flow(), request({ id: 'late', at: LATER }), requestEnded({ request: 'late', at: LATER }))
  commit(flowClosed())
  expect(prune(db, LATER)).toMatchObject({ flows: 1, httpRequests: 0 })
  expect([...readRequests(db, 0)]).toMatchObject([{ id: 'late', flow: null }])
})

test('a session that is running writes on, whatever was deleted under it', () => {
  const running = openServer()
  const { db } = openServer('exa', running.store)
  running.commit(opened(), flow(), query({ name: 'evil.test', ...DENIED_QUERY }))
  expect(prune(db, LATER)).toMatchObject({ sessions: 0, flows: 0, rollups: 2 })
  running.commit(flowClosed(), flow({ id: 's1.2' }), query({ id: 'q2', name: 'evil.test', ...DENIED_QUERY }))
  expect(readDestinations(db, 0)).toMatchObject([
    { name: 'evil.test', flows: 1 },
    { name: 'api.exa.ai', flows: 1, bytesSent: 10, bytesReceived: 20 },
  ])
  expect([...readFlows(db, 0)].map(({ id, state }) => [id, state])).toEqual([
    ['s1.1', 'closed'],
    ['s1.2', 'open'],
  ])
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
})
