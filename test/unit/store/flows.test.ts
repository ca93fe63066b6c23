import { expect, test } from 'vitest'
import { readDestinations } from '../../../runtime/store/read/destinations.ts'
import { readDns } from '../../../runtime/store/read/dns.ts'
import { readFlows } from '../../../runtime/store/read/flows.ts'
import {
  closed,
  DENIED,
  drop,
  flow,
  flowClosed,
  flowRecord,
  NOON,
  opened,
  query,
  request,
} from './entries.ts'
import { openServer } from './temporary-store.ts'

test('a flow comes back as it was written, with its end and its requests', () => {
  const { db, commit } = openServer()
  const record = flowRecord({
    protocol: 'http',
    ech: true,
    httpHost: 'api.exa.ai',
    chain: ['a.test', 'b.test'],
  })
  commit(opened(), { kind: 'flow-opened', flow: record })
  commit(request(), request({ id: 'r2', method: 'POST' }))
  commit(flowClosed({ dialled: '203.0.113.8' }))
  expect([...readFlows(db, 0)]).toMatchObject([
    {
      ...record,
      endedAt: NOON + 500,
      state: 'closed',
      cause: 'server closed',
      dialled: '203.0.113.8',
      bytesSent: 10,
      bytesReceived: 20,
      packets: null,
      requests: [
        { id: 'r1', method: 'GET', path: '/search?q=', at: NOON },
        { id: 'r2', method: 'POST' },
      ],
    },
  ])
})

test('states: denied at once, open until closed, ended with the session at the latest', () => {
  const { db, commit } = openServer()
  const states = () => [...readFlows(db, 0)].map(({ state, cause, endedAt }) => [state, cause, endedAt])
  commit(opened(), flow(), flow({ id: 's1.2', ...DENIED }), flow({ id: 's1.3' }))
  expect(states()).toEqual([
    ['open', null, null],
    ['denied', null, null],
    ['open', null, null],
  ])
  commit(flowClosed({ flow: 's1.2', state: 'denied', cause: 'refused' }), flowClosed())
  commit(closed())
  expect(states()).toEqual([
    ['closed', 'server closed', NOON + 500],
    ['denied', 'refused', NOON + 500],
    ['aborted', 'session ended', NOON + 1000],
  ])
})

test('what could only be denied once it was connected is a denied destination', () => {
  const { db, commit } = openServer()
  const verdict = { declaration: 'undeclared', action: 'denied', reason: 'upstream-certificate' } as const
  commit(opened(), flow({ inspection: 'inspected' }))
  commit(flowClosed({ state: 'denied', cause: verdict.reason, inspection: 'none', verdict }))
  expect([...readFlows(db, 0)]).toMatchObject([{ ...verdict, state: 'denied', inspection: 'none' }])
  expect(readDestinations(db, 0).map(({ action, reason, flows }) => [action, reason, flows])).toEqual([
    ['denied', 'upstream-certificate', 1],
  ])
})

test('2,500 flows come page by page, in order, from a time on, with drops between them', () => {
  const { db, commit } = openServer()
  commit(opened())
  for (let n = 0; n < 2_500; n++) commit(flow({ id: `s1.${n}`, startedAt: NOON + n }))
  commit(drop({ at: NOON + 2_000 }))
  const all = [...readFlows(db, 0)]
  expect(all).toHaveLength(2_501)
  expect(all.map(({ startedAt }) => startedAt)).toEqual(
    [...all.map(({ startedAt }) => startedAt)].sort((a, b) => a - b),
  )
  const since = [...readFlows(db, NOON + 1_990)]
  expect(since).toHaveLength(511)
  expect(since[0]?.id).toBe('s1.1990')
  expect(since.find(({ packets }) => packets !== null)).toMatchObject({
    id: 's1.drop.1',
    state: 'denied',
    transport: 'udp',
    packets: 3,
    packetBytes: 144,
    bytesSent: 0,
  })
})

test('a clock that jumps back hides no row', () => {
  const { db, commit } = openServer()
  commit(opened(), flow({ id: 's1.1', startedAt: NOON + 86_400_000 }))
  commit(flow({ id: 's1.2', startedAt: NOON }))
  expect([...readFlows(db, NOON)].map(({ id }) => id)).toEqual(['s1.1', 's1.2'])
  expect([...readFlows(db, NOON + 1)].map(({ id }) => id)).toEqual(['s1.1'])
})

test('two processes number their rows apart', () => {
  const one = openServer()
  const two = openServer('exa', one.store)
  one.commit(opened())
  for (let n = 0; n < 20; n++) {
    one.commit(flow({ id: `a${n}` }), query({ id: `qa${n}` }))
    two.commit(flow({ id: `b${n}` }), query({ id: `qb${n}` }))
  }
  expect(new Set([...readFlows(one.db, 0)].map(({ id }) => id)).size).toBe(40)
  expect(new Set([...readDns(two.db, 0)].map(({ id }) => id)).size).toBe(40)
})

test('a query and its answer', () => {
  const { db, commit } = openServer()
  commit(opened(), query(), query({ id: 'q2', type: 'TXT' }))
  const answers = Array.from({ length: 30 }, (_, n) => `203.0.113.${n}`)
  commit({ kind: 'dns-answered', query: 'q1', answer: { rcode: 'NOERROR', answers, at: NOON + 3 } })
  commit({ kind: 'dns-answered', query: 'unknown', answer: { rcode: 'NOERROR', answers: [], at: NOON } })
  expect([...readDns(db, 0)]).toMatchObject([
    { id: 'q1', session: 's1', rcode: 'NOERROR', answers: answers.slice(0, 16), answeredAt: NOON + 3 },
    { id: 'q2', type: 'TXT', rcode: null, answers: [], answeredAt: null },
  ])
})

test('an entry of a session that was never opened is refused', () => {
  const { commit } = openServer()
  expect(() => commit(flow())).toThrow(/s1, which was never opened/)
})
