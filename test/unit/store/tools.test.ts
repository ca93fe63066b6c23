import { describe, expect, test } from 'vitest'
import type { JournalEntry } from '../../../runtime/model/journal.ts'
import { DAY, dayOf } from '../../../runtime/store/day.ts'
import { LIMITS } from '../../../runtime/store/limits.ts'
import { prune } from '../../../runtime/store/prune.ts'
import { readDestinations } from '../../../runtime/store/read/destinations.ts'
import type { ToolSummary } from '../../../runtime/store/read/tools.ts'
import { during, flow, flowClosed, NOON, opened, request, requestEnded } from './entries.ts'
import { type OpenServer, openServer } from './temporary-store.ts'

const STOPPED = { declaration: 'undeclared', action: 'denied', reason: 'payload-destination' } as const

/** `sendEmail 2 requests, 1 flows, 1 denied, 0 ambiguous`, shortened. */
function shown({ tool, method, requests, flows, denied, ambiguous }: ToolSummary): string {
  return `${tool ?? method ?? 'background'} ${requests}r ${flows}f ${denied}d ${ambiguous}a`
}

function toolsOf({ db }: OpenServer, sinceDay = 0): Record<string, string[]> {
  const all = readDestinations(db, sinceDay).map(({ name, inspection, tools }) => {
    return [`${name} ${inspection}`, tools.map(shown)] as const
  })
  return Object.fromEntries(all)
}

const inspected = (tool: string | null, id = 's1.1') =>
  flow({ id, inspection: 'inspected', attribution: tool === null ? null : during(tool) })

interface Case {
  readonly what: string
  readonly entries: readonly (readonly JournalEntry[])[]
  readonly expected: Record<string, string[]>
}

const CASES: readonly Case[] = [
  {
    what: 'nobody listens in an installation',
    entries: [[flow(), request()]],
    expected: { 'api.exa.ai uninspected': [] },
  },
  {
    what: 'requests over one connection, by the tool of each',
    entries: [
      [inspected('search')],
      [request({ attribution: during('search') })],
      [
        request({ id: 'r2', attribution: during('fetch') }),
        request({ id: 'r3', attribution: during('fetch') }),
      ],
    ],
    expected: { 'api.exa.ai inspected': ['fetch 2r 0f 0d 0a', 'search 1r 1f 0d 0a'] },
  },
  {
    what: 'a connection that was not read counts as one',
    entries: [[flow({ attribution: during('search') }), flow({ id: 's1.2', attribution: during('search') })]],
    expected: { 'api.exa.ai uninspected': ['search 0r 2f 0d 0a'] },
  },
  {
    what: 'background, and requests that are no tool’s',
    entries: [[flow({ attribution: during() })], [flow({ id: 's1.2', attribution: during(null) })]],
    expected: { 'api.exa.ai uninspected': ['background 0r 1f 0d 0a', 'initialize 0r 1f 0d 0a'] },
  },
  {
    what: 'several tools: counted for each, and said to be in doubt; two calls of one tool are not',
    entries: [
      [inspected(null)],
      [request({ attribution: during('search', 'fetch') })],
      [request({ id: 'r2', attribution: during('search', 'search') })],
    ],
    expected: { 'api.exa.ai inspected': ['search 2r 0f 0d 1a', 'fetch 1r 0f 0d 1a'] },
  },
  {
    what: 'denied at the head, and at the end',
    entries: [
      [inspected(null), request({ ...STOPPED, attribution: during('send') })],
      [
        request({ id: 'r2', attribution: during('send') }),
        request({ id: 'r3', attribution: during('send') }),
      ],
      [requestEnded({ request: 'r2', verdict: STOPPED, inspection: 'none' })],
    ],
    expected: { 'api.exa.ai inspected': ['send 3r 0f 2d 0a'] },
  },
  {
    what: 'a flow takes what it counted to the destination that it turned out to be',
    entries: [
      [inspected('send'), inspected('send', 's1.2')],
      [request({ attribution: during('send') }), request({ id: 'r2', attribution: during() })],
      [request({ id: 'r3', flow: 's1.2', attribution: during('send') })],
      [flowClosed({ inspection: 'partial' })],
      [requestEnded({ verdict: STOPPED })],
    ],
    expected: {
      'api.exa.ai inspected': ['send 1r 1f 0d 0a'],
      'api.exa.ai partial': ['send 1r 1f 1d 0a', 'background 1r 0f 0d 0a'],
    },
  },
]

describe('tools of a destination', () => {
  test.each(CASES)('$what', ({ entries, expected }) => {
    const server = openServer()
    server.commit(opened())
    for (const transaction of entries) server.commit(...transaction)
    expect(toolsOf(server)).toEqual(expected)
  })
})

test('requests belong to the day on which their connection began', () => {
  const server = openServer()
  server.commit(opened(), inspected(null))
  server.commit(request({ at: NOON + DAY, attribution: during('search') }))
  expect(toolsOf(server, dayOf(NOON))).toEqual({ 'api.exa.ai inspected': ['search 1r 0f 0d 0a'] })
  expect(toolsOf(server, dayOf(NOON) + 1)).toEqual({})
})

test('64 tools of a destination have names, over processes; the background is none of them', () => {
  const server = openServer()
  server.commit(opened(), inspected(null))
  const used = (n: number) => request({ id: `r${n}`, attribution: during(`tool${n}`) })
  server.commit(...Array.from({ length: 40 }, (_, n) => used(n)))
  const other = openServer('exa', server.store)
  other.commit(inspected(null, 's1.2'))
  const of = (n: number) => request({ id: `o${n}`, flow: 's1.2', attribution: during(`other${n}`) })
  other.commit(...Array.from({ length: 40 }, (_, n) => of(n)))
  server.commit(used(3), used(50), request({ id: 'r', attribution: during() }))
  const tools = toolsOf(server)['api.exa.ai inspected'] ?? []
  expect(tools).toHaveLength(LIMITS.toolsPerDestination + 2)
  expect(tools.slice(0, 2)).toEqual(['* 17r 0f 0d 0a', 'tool3 2r 0f 0d 0a'])
  expect(tools).toContain('background 1r 0f 0d 0a')
})

test('a prune under a running session leaves no tool without its destination', () => {
  const running = openServer()
  const { db } = openServer('exa', running.store)
  running.commit(opened(), inspected('search'), request({ attribution: during('search') }))
  expect(prune(db, NOON + 9 * DAY)).toMatchObject({ rollups: 1, tools: 1, httpRequests: 0 })
  running.commit(request({ id: 'r2', attribution: during('search') }))
  running.commit(flowClosed({ inspection: 'partial' }))
  // A flow brings along what it has counted.
  expect(toolsOf(running)).toEqual({ 'api.exa.ai partial': ['search 2r 1f 0d 0a'] })
  const orphans = 'SELECT count(*) FROM tools WHERE destination NOT IN (SELECT n FROM destinations)'
  expect(db.prepare(orphans).pluck().get()).toBe(0)
})
