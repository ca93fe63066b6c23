import { describe, expect, test } from 'vitest'
import type { JournalEntry } from '../../../runtime/model/journal.ts'
import { readFlows } from '../../../runtime/store/read/flows.ts'
import { type RequestLine, readRequests } from '../../../runtime/store/read/requests.ts'
import { reconcile } from '../../../runtime/store/reconcile.ts'
import { closed, during, flow, flowClosed, NOON, opened, request, requestEnded } from './entries.ts'
import { openServer } from './temporary-store.ts'

const OPEN: RequestLine = {
  id: 'r1',
  session: 's1',
  phase: 'run',
  at: NOON,
  flow: 's1.1',
  scheme: 'https',
  method: 'POST',
  host: 'api.exa.ai',
  path: '/search?q=',
  status: null,
  endedAt: null,
  bytesSent: 0,
  bytesReceived: 0,
  attribution: 'one',
  calls: [{ id: '1', tool: 'search', method: 'tools/call' }],
  declaration: 'declared',
  action: 'allowed',
  reason: 'declared',
  inspection: 'uninspected',
  unread: null,
  findings: 0,
}

const ENDED = {
  ...OPEN,
  status: 200,
  endedAt: NOON + 40,
  bytesSent: 300,
  bytesReceived: 70,
  inspection: 'inspected',
} as const

const STOPPED = { declaration: 'undeclared', action: 'denied', reason: 'payload-destination' } as const

const made = request({ scheme: 'https', method: 'POST', attribution: during('search') })

interface Case {
  readonly what: string
  readonly entries: readonly (readonly JournalEntry[])[]
  readonly expected: readonly RequestLine[]
}

/** Each inner list is one transaction; the session and its flow are there. */
const CASES: readonly Case[] = [
  { what: 'an open one: nothing of it counts as read', entries: [[made]], expected: [OPEN] },
  { what: 'its end', entries: [[made], [requestEnded()]], expected: [ENDED] },
  { what: 'both in one transaction', entries: [[made, requestEnded()]], expected: [ENDED] },
  {
    what: 'held, read, and stopped: the end has another verdict',
    entries: [[made], [requestEnded({ status: null, findings: 1, inspection: 'none', verdict: STOPPED })]],
    expected: [{ ...ENDED, ...STOPPED, status: null, findings: 1, inspection: 'none' }],
  },
  {
    what: 'what was not read of it',
    entries: [[made], [requestEnded({ inspection: 'partial', unread: 'body of 9 MiB' })]],
    expected: [{ ...ENDED, inspection: 'partial', unread: 'body of 9 MiB' }],
  },
  {
    what: 'denied at its head',
    entries: [[request({ ...STOPPED, scheme: 'https', attribution: null })]],
    expected: [{ ...OPEN, ...STOPPED, method: 'GET', attribution: null, calls: [], inspection: 'none' }],
  },
  {
    what: 'several calls, and none',
    entries: [
      [request({ attribution: during('search', null) })],
      [request({ id: 'r2', attribution: during() })],
    ],
    expected: [
      {
        ...OPEN,
        scheme: 'http',
        method: 'GET',
        attribution: 'ambiguous',
        calls: [
          { id: '1', tool: 'search', method: 'tools/call' },
          { id: '2', tool: null, method: 'initialize' },
        ],
      },
      { ...OPEN, id: 'r2', scheme: 'http', method: 'GET', attribution: 'background', calls: [] },
    ],
  },
  {
    what: 'an end that nobody knows changes nothing',
    entries: [[made], [requestEnded({ request: 'r9' })]],
    expected: [OPEN],
  },
  {
    what: 'the end of its flow is not its own',
    entries: [[made], [flowClosed()], [requestEnded({ at: NOON + 600 })]],
    expected: [{ ...ENDED, endedAt: NOON + 600 }],
  },
  {
    what: 'a session that ends before it says so; one that was denied needs no end',
    entries: [[made, request({ ...STOPPED, id: 'r2' })], [closed()]],
    expected: [
      { ...OPEN, endedAt: NOON + 1000, unread: 'session ended' },
      {
        ...OPEN,
        ...STOPPED,
        id: 'r2',
        scheme: 'http',
        method: 'GET',
        attribution: null,
        calls: [],
        inspection: 'none',
      },
    ],
  },
]

describe('requests come back as they were written', () => {
  test.each(CASES)('$what', ({ entries, expected }) => {
    const { db, commit } = openServer()
    commit(opened(), flow({ inspection: 'inspected' }))
    for (const transaction of entries) commit(...transaction)
    expect([...readRequests(db, 0)]).toEqual(expected)
  })
})

test('a recorder that died: what was open is not known, what had ended is', () => {
  const { db, commit } = openServer()
  commit(opened({ pid: 2 ** 22 + 1 }), flow({ inspection: 'inspected' }), made, request({ id: 'r2' }))
  commit(requestEnded({ request: 'r2' }))
  reconcile(db, NOON + 5_000)
  expect([...readRequests(db, 0)]).toMatchObject([
    { id: 'r1', endedAt: null, inspection: 'uninspected', unread: 'recorder ended without a word' },
    { id: 'r2', endedAt: NOON + 40, inspection: 'inspected', unread: null },
  ])
  expect([...readFlows(db, 0)]).toMatchObject([{ state: 'lost', inspection: 'partial' }])
})

test('2,500 requests come page by page, from a time on, and with the flow that carried them', () => {
  const { db, commit } = openServer()
  commit(opened(), flow({ inspection: 'inspected', attribution: during('search') }))
  for (let n = 0; n < 2_500; n++) commit(request({ id: `r${n}`, at: NOON + n }))
  expect([...readRequests(db, 0)].map(({ id }) => id)).toEqual(
    Array.from({ length: 2_500 }, (_, n) => `r${n}`),
  )
  expect([...readRequests(db, NOON + 2_400)]).toHaveLength(100)
  const [carrier] = readFlows(db, 0)
  expect(carrier?.requests).toHaveLength(100)
  expect(carrier).toMatchObject({ attribution: 'one', calls: [{ id: '1', tool: 'search' }] })
})

test('calls are bounded: sixteen of them, and the length of what the client and the server chose', () => {
  const { db, commit } = openServer()
  const long = 'x'.repeat(10_000)
  const calls = Array.from({ length: 40 }, () => ({ id: long, method: long, tool: long, startedAt: NOON }))
  commit(opened(), flow(), request({ attribution: { kind: 'ambiguous', calls } }))
  const [stored] = readRequests(db, 0)
  expect(stored?.calls).toHaveLength(16)
  expect(JSON.stringify(stored?.calls).length).toBeLessThan(16 * 450)
})
