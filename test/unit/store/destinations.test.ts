import { describe, expect, test } from 'vitest'
import type { JournalEntry } from '../../../runtime/model/journal.ts'
import { DAY } from '../../../runtime/store/day.ts'
import { type DestinationSummary, readDestinations } from '../../../runtime/store/read/destinations.ts'
import {
  closed,
  DENIED,
  DENIED_QUERY,
  drop,
  flow,
  flowClosed,
  NOON,
  opened,
  progress,
  query,
} from './entries.ts'
import { openServer } from './temporary-store.ts'

const EXA: DestinationSummary = {
  phase: 'run',
  name: 'api.exa.ai',
  nameSource: 'tls_sni',
  addresses: ['203.0.113.7'],
  port: 443,
  transport: 'tcp',
  protocol: 'tls',
  declaration: 'declared',
  action: 'allowed',
  reason: 'declared',
  inspection: 'uninspected',
  flows: 1,
  bytesSent: 0,
  bytesReceived: 0,
  firstSeen: NOON,
  lastSeen: NOON,
  tools: [],
}

const ASKED: DestinationSummary = {
  ...EXA,
  ...DENIED_QUERY,
  name: 'evil.test',
  nameSource: 'dns_query',
  addresses: [],
  port: 53,
  transport: 'udp',
  protocol: 'dns',
  inspection: 'none',
}

interface Case {
  readonly what: string
  readonly entries: readonly (readonly JournalEntry[])[]
  readonly expected: readonly DestinationSummary[]
}

/** Each inner list is one transaction. */
const CASES: readonly Case[] = [
  { what: 'nothing', entries: [[opened()]], expected: [] },
  { what: 'an open flow', entries: [[opened()], [flow()]], expected: [EXA] },
  {
    what: 'totals of progress and close are counted once',
    entries: [[opened(), flow()], [progress('s1.1', 5, 6)], [progress('s1.1', 8, 16)], [flowClosed()]],
    expected: [{ ...EXA, bytesSent: 10, bytesReceived: 20, lastSeen: NOON + 500 }],
  },
  {
    what: 'all of it in one transaction',
    entries: [[opened(), flow(), progress('s1.1', 5, 6), flowClosed(), closed()]],
    expected: [{ ...EXA, bytesSent: 10, bytesReceived: 20, lastSeen: NOON + 500 }],
  },
  {
    what: 'a total that shrinks takes nothing away',
    entries: [[opened(), flow(), progress('s1.1', 50, 60)], [flowClosed()]],
    expected: [{ ...EXA, bytesSent: 50, bytesReceived: 60, lastSeen: NOON + 500 }],
  },
  {
    what: 'a flow that was not read as was meant is the destination that it turned out to be, once',
    entries: [
      [opened(), flow({ inspection: 'inspected' }), progress('s1.1', 5, 6)],
      [flow({ id: 's1.2', inspection: 'inspected', startedAt: NOON + 7 })],
      [flowClosed({ inspection: 'uninspected' })],
      [flowClosed({ flow: 's1.2', at: NOON + 9, inspection: 'inspected' })],
    ],
    expected: [
      { ...EXA, bytesSent: 10, bytesReceived: 20, lastSeen: NOON + 500 },
      { ...EXA, inspection: 'inspected', bytesSent: 10, bytesReceived: 20, lastSeen: NOON + 9 },
    ],
  },
  {
    what: 'and the one that was meant is gone where nothing else counts there',
    entries: [[opened(), flow({ inspection: 'inspected' })], [flowClosed({ inspection: 'partial' })]],
    expected: [{ ...EXA, inspection: 'partial', bytesSent: 10, bytesReceived: 20, lastSeen: NOON + 500 }],
  },
  {
    what: 'what was left open by the session was not read to its end',
    entries: [[opened(), flow({ inspection: 'inspected' })], [progress('s1.1', 5, 6)], [closed()]],
    expected: [{ ...EXA, inspection: 'partial', bytesSent: 5, bytesReceived: 6, lastSeen: NOON + 1000 }],
  },
  {
    what: 'two flows to one name at two addresses are one destination',
    entries: [[opened(), flow()], [flow({ id: 's1.2', address: '2001:db8::1', startedAt: NOON + 7 })]],
    expected: [{ ...EXA, flows: 2, addresses: ['2001:db8::1', '203.0.113.7'], lastSeen: NOON + 7 }],
  },
  {
    what: 'addresses without a name are told apart',
    entries: [
      [opened(), flow({ name: null, nameSource: 'none', ...DENIED, reason: 'raw-ip' })],
      [
        flow({
          id: 's1.2',
          name: null,
          nameSource: 'none',
          address: '203.0.113.8',
          ...DENIED,
          reason: 'raw-ip',
        }),
      ],
    ],
    expected: ['203.0.113.7', '203.0.113.8'].map((address) => {
      const raw = { name: null, nameSource: 'none', addresses: [address], reason: 'raw-ip' } as const
      return { ...EXA, ...DENIED, ...raw }
    }),
  },
  {
    what: 'a denied query is a destination, an allowed one is not',
    entries: [[opened(), query(), query({ id: 'q2', name: 'evil.test', ...DENIED_QUERY })]],
    expected: [ASKED],
  },
  {
    what: 'dropped packets count as flows',
    entries: [[opened(), drop()], [drop({ packets: 4, at: NOON + 9 })]],
    expected: [
      {
        ...EXA,
        ...DENIED,
        name: null,
        nameSource: 'none',
        addresses: ['198.51.100.1'],
        port: 123,
        transport: 'udp',
        protocol: 'none',
        reason: 'udp',
        flows: 7,
        lastSeen: NOON + 9,
      },
    ],
  },
  {
    what: 'phases and verdicts apart; undeclared first, then denied, then the last seen',
    entries: [
      [opened(), flow(), flow({ id: 's1.2', name: 'later.test', startedAt: NOON + 5 })],
      [flow({ id: 's1.3', port: 80, action: 'denied', reason: 'unresolved', inspection: 'none' })],
      [flow({ id: 's1.4', name: 'out.test', declaration: 'undeclared', reason: 'undeclared' })],
      [flow({ id: 's1.5', name: 'no.test', ...DENIED }), flow({ id: 's1.6', phase: 'install' })],
    ],
    expected: [
      { ...EXA, ...DENIED, name: 'no.test' },
      { ...EXA, name: 'out.test', declaration: 'undeclared', reason: 'undeclared' },
      { ...EXA, port: 80, action: 'denied', reason: 'unresolved', inspection: 'none' },
      { ...EXA, name: 'later.test', firstSeen: NOON + 5, lastSeen: NOON + 5 },
      EXA,
      { ...EXA, phase: 'install' },
    ],
  },
]

describe('what a report shows of journal entries', () => {
  test.each(CASES)('$what', ({ entries, expected }) => {
    const { db, commit } = openServer()
    for (const transaction of entries) commit(...transaction)
    expect(readDestinations(db, 0)).toEqual(expected)
  })
})

test('bytes belong to the day on which their flow began', () => {
  const { db, commit } = openServer()
  const today = Math.floor(NOON / DAY)
  commit(opened(), flow())
  commit(flowClosed({ at: NOON + DAY }))
  commit(flow({ id: 's1.2', startedAt: NOON + DAY }))
  const days = db
    .prepare('SELECT day, flows, bytes_sent AS sent, last_seen AS seen FROM rollup ORDER BY day')
    .all()
  expect(days).toEqual([
    { day: today, flows: 1, sent: 10, seen: NOON + DAY },
    { day: today + 1, flows: 1, sent: 0, seen: NOON + DAY },
  ])
  expect(readDestinations(db, today)).toMatchObject([{ flows: 2, bytesSent: 10, firstSeen: NOON }])
  expect(readDestinations(db, today + 1)).toMatchObject([{ flows: 1, bytesSent: 0, firstSeen: NOON + DAY }])
  expect(readDestinations(db, today + 2)).toEqual([])
})

test('eight addresses of a destination are kept', () => {
  const { db, commit } = openServer()
  commit(opened())
  for (let n = 0; n < 20; n++) commit(flow({ id: `s1.${n}`, address: `203.0.113.${n}` }))
  const [destination] = readDestinations(db, 0)
  expect(destination?.flows).toBe(20)
  expect(destination?.addresses).toHaveLength(8)
})
