import picocolors from 'picocolors'
import { describe, expect, test } from 'vitest'
import { reportJson } from '../../../cli/egress/report-json.ts'
import { reportTable } from '../../../cli/egress/report-table.ts'
import type { JournalEntry } from '../../../runtime/model/journal.ts'
import { DAY } from '../../../runtime/store/day.ts'
import { type Report, readReport } from '../../../runtime/store/read/report.ts'
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
} from '../store/entries.ts'
import { openServer } from '../store/temporary-store.ts'

function reportOf(...entries: readonly JournalEntry[]): Report {
  const { store, commit } = openServer()
  commit(...entries)
  const fail = (error: unknown) => {
    throw error
  }
  return { ...readReport({ store, now: NOON + 1_000, onError: fail }), store: '/store' }
}

const FULL = [
  opened({ notEnforced: ['memory limit: no cgroup was delegated'] }),
  flow(),
  flowClosed(),
  flow({ id: 's1.2', name: 'api.agnost.ai', ...DENIED }),
  flow({ id: 's1.3', phase: 'install', name: 'packages.test' }),
  query({ name: 'evil.test', ...DENIED_QUERY }),
  drop(),
  { kind: 'gap', gap: { session: 's1', at: NOON, kind: 'drop-detail', count: 12 } } as const,
  alert(),
  closed(),
]

test('the JSON is the documented contract', () => {
  const destination = {
    transport: 'tcp',
    port: 443,
    addresses: ['203.0.113.7'],
    nameSource: 'tls_sni',
    protocol: 'tls',
    phase: 'run',
    bytesSent: 0,
    bytesReceived: 0,
    firstSeen: '2026-11-22T12:00:00.000Z',
    lastSeen: '2026-11-22T12:00:00.000Z',
  }
  const json = reportJson(reportOf(...FULL))
  expect(json).toMatchObject({
    generatedAt: '2026-11-22T12:00:01.000Z',
    store: '/store',
    servers: [
      {
        server: 'exa',
        runs: [
          {
            mode: 'enforce',
            sandbox: 'native',
            profileDigest: `sha256:${'ab'.repeat(32)}`,
            sessions: 1,
            notEnforced: ['memory limit: no cgroup was delegated'],
          },
        ],
        gaps: [{ kind: 'drop-detail', count: 12 }],
      },
    ],
    alerts: [
      {
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        server: 'exa',
        kind: 'undeclared_destination',
        severity: 'medium',
        destination: {
          name: 'api.agnost.ai',
          port: 443,
          address: '203.0.113.9',
          transport: 'tcp',
          nameSource: 'tls_sni',
        },
        reason: 'undeclared',
        action: 'denied',
        count: 1,
        firstSeen: '2026-11-22T12:00:00.000Z',
        lastSeen: '2026-11-22T12:00:00.000Z',
        evidence: [
          { at: '2026-11-22T12:00:00.000Z', session: 's1', phase: 'run', details: { flow: 's1.1' } },
        ],
      },
    ],
  })
  const [server] = (json as { servers: { destinations: object[] }[] }).servers
  expect(server?.destinations).toHaveLength(5)
  expect(server?.destinations.at(-2)).toEqual({
    ...destination,
    name: 'api.exa.ai',
    declaration: 'declared',
    action: 'allowed',
    reason: 'declared',
    inspection: 'uninspected',
    flows: 1,
    bytesSent: 10,
    bytesReceived: 20,
    lastSeen: '2026-11-22T12:00:00.500Z',
    tools: [],
  })
  const keys =
    'phase name nameSource addresses port transport protocol declaration action reason flows bytesSent'
  for (const each of server?.destinations ?? []) {
    expect(Object.keys(each).join(' ')).toBe(`${keys} bytesReceived firstSeen lastSeen inspection tools`)
  }
})

describe('the table', () => {
  const colours = picocolors.createColors(false)
  const table = (report: Report, width = 100) => reportTable(report, { width, colours, since: null })

  test('says all that matters, undeclared first, in a hundred columns', () => {
    const text = table(reportOf(...FULL))
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([])
    expect(text).toBe(
      [
        'exa',
        '  1 session: enforce, native, profile sha256:abababababab',
        '    not enforced: memory limit: no cgroup was delegated',
        '  gap: drop-detail, 12 (11-22 12:00)',
        '  UNDECLARED  DESTINATION                  REASON          FLOWS  SENT  RECV  LAST SEEN',
        '  denied      api.agnost.ai:443            undeclared          1   0 B   0 B  11-22 12:00',
        '  denied      evil.test (DNS query)        dns-undeclared      1   0 B   0 B  11-22 12:00',
        '  denied      198.51.100.1:123/udp         udp                 3   0 B   0 B  11-22 12:00',
        '  DECLARED    DESTINATION                  REASON          FLOWS  SENT  RECV  LAST SEEN',
        '  allowed*    api.exa.ai:443               declared            1  10 B  20 B  11-22 12:00',
        '  allowed*    packages.test:443 (install)  declared            1   0 B   0 B  11-22 12:00',
        '',
        '* uninspected: what it carried was not read.',
        '1 alert: egress alerts',
        'Times are UTC.',
        '',
      ].join('\n'),
    )
  })

  test('stays within the width with long names and large numbers, and shows no control character', () => {
    const name = `${'\u001b[2J\u202e'.repeat(20)}telemetry.desktopcommander.example.test`
    const text = table(
      reportOf(
        opened({ notEnforced: ['\u001b[31mred'] }),
        flow({ name, ...DENIED, reason: 'unknown-protocol' }),
        drop({ packets: 123_456_789 }),
      ),
    )
    expect(text).toMatch(/^[\x20-\x7e\n…]+$/)
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([])
    expect(text).toContain('123456789')
    expect(text).toContain('example.test:443')
  })

  test('a server without destinations says so, and the first day is named', () => {
    const report = reportOf(opened())
    expect(table(report)).toContain('  no destinations\n')
    expect(reportTable(report, { width: 100, colours, since: 20_000 * DAY })).toMatch(
      /^since 2024-10-04: whole UTC days\n/,
    )
  })
})
