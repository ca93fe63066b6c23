import picocolors from 'picocolors'
import { describe, expect, test } from 'vitest'
import { alertsTable } from '../../../cli/egress/alerts.ts'
import { reportJson } from '../../../cli/egress/report-json.ts'
import { reportTable } from '../../../cli/egress/report-table.ts'
import { requestCells, requestJson } from '../../../cli/egress/requests.ts'
import type { JournalEntry } from '../../../runtime/model/journal.ts'
import { type Report, readReport } from '../../../runtime/store/read/report.ts'
import { readRequests } from '../../../runtime/store/read/requests.ts'
import { during, flow, NOON, opened, request } from '../store/entries.ts'
import { type OpenServer, openServer } from '../store/temporary-store.ts'
import { mailSession, payloadAlert } from './inside.ts'

const colours = picocolors.createColors(false)

function written(...entries: readonly JournalEntry[]): OpenServer {
  const server = openServer('postmark')
  server.commit(...entries)
  return server
}

function reportOf({ store }: OpenServer): Report {
  const fail = (error: unknown) => {
    throw error
  }
  return readReport({ store, now: NOON + 1_000, onError: fail })
}

const table = (report: Report, width = 80) => reportTable(report, { width, colours, since: null })
const alerts = (report: Report, width = 80) => alertsTable(report.alerts, { now: NOON, width, colours })

test('the report shows tools beside destinations, and what no one gave, in eighty columns', () => {
  expect(table(reportOf(written(...mailSession())))).toBe(
    [
      'postmark',
      '  1 session: enforce, native, profile sha256:abababababab',
      '  DECLARED    DESTINATION              REASON    FLOWS  SENT  RECV  LAST SEEN',
      '  allowed     api.postmarkapp.com:443  declared      1  10 B  20 B  11-22 12:00',
      '                sendEmail: 12 requests, 1 denied',
      '                list: 5 requests, 5 perhaps of another tool',
      '                a: 1 request, 1 perhaps of another tool',
      '                b: 1 request, 1 perhaps of another tool',
      '                c: 1 request, 1 perhaps of another tool',
      '                and 2 more',
      '  allowed~    api.postmarkapp.com:443  declared      1  10 B  20 B  11-22 12:00',
      '                (initialize): 1 connection',
      '  allowed*    stats.test:443           declared      1   0 B   0 B  11-22 12:00',
      '                (background): 1 connection',
      '  SEVERITY  PAYLOAD DESTINATION  COUNT           LAST SEEN',
      '  high      phan@giftshop.club       1  blocked  11-22 12:00',
      '            Bcc, sendEmail -> POST api.postmarkapp.com/email',
      '',
      '* uninspected: what it carried was not read.',
      '~ partial: not all that it carried was read.',
      '2 alerts: egress alerts',
      'Times are UTC.',
      '',
    ].join('\n'),
  )
})

test('and as JSON', () => {
  const json = reportJson(reportOf(written(...mailSession()))) as {
    servers: { destinations: { tools: unknown[] }[] }[]
    alerts: unknown[]
  }
  const [server] = json.servers
  expect(server?.destinations.map(({ tools }) => tools[0])).toEqual([
    { tool: 'sendEmail', method: 'tools/call', requests: 12, denied: 1, flows: 1, ambiguous: 0 },
    { tool: null, method: 'initialize', requests: 0, denied: 0, flows: 1, ambiguous: 0 },
    { tool: null, method: null, requests: 0, denied: 0, flows: 1, ambiguous: 0 },
  ])
  expect(json.alerts[0]).toMatchObject({
    kind: 'payload_destination',
    evidence: [
      {
        details: {
          call: { id: '2', tool: 'sendEmail' },
          attribution: 'one',
          method: 'POST',
          host: 'api.postmarkapp.com',
          path: '/email',
          field: '/Bcc',
          value: 'phan@giftshop.club',
          encoding: ['gzip'],
          provenance: 'none',
        },
      },
    ],
  })
})

test('alerts say what a row has no column for', () => {
  expect(alerts(reportOf(written(...mailSession())), 100)).toBe(
    [
      'SEVERITY  SERVER    DESTINATION              REASON                        COUNT  LAST SEEN',
      'high      postmark  api.postmarkapp.com:443  payload-destination  denied       1  11-22 12:00',
      '          sendEmail: phan@giftshop.club in Bcc of POST api.postmarkapp.com/email; read through gzip;',
      "          not in the call's arguments, the environment, the profile or any earlier response",
      'low       postmark  api.postmarkapp.com:443  declared             allowed      1  11-22 12:00',
      '          sent while no call was open',
      'Times are UTC. Evidence: egress alerts --format json',
      '',
    ].join('\n'),
  )
})

describe('payload destinations of the report', () => {
  const block = (...entries: readonly JournalEntry[]) => {
    const text = table(reportOf(written(opened({ server: 'postmark' }), ...entries)))
    return text.slice(text.indexOf('PAYLOAD')).split('\n')
  }

  test('what went out is sent; what could not be read has no value', () => {
    const details = {
      call: null,
      attribution: 'background',
      method: 'PUT',
      host: 'a.test',
      path: '/',
    } as const
    const unread = { reason: 'payload-unread', key: 'unread', severity: 'medium', evidence: details } as const
    const lines = block(payloadAlert({ action: 'allowed' }), payloadAlert(unread))
    expect(lines.slice(1, 5).map((line) => line.replace(/ +/g, ' ').trim())).toEqual([
      'high phan@giftshop.club 1 sent 11-22 12:00',
      'Bcc, sendEmail -> POST api.postmarkapp.com/email',
      'medium (a request that could not be read) 1 blocked 11-22 12:00',
      '(background) -> PUT a.test/',
    ])
  })

  test('twenty of them', () => {
    const many = Array.from({ length: 30 }, (_, n) => payloadAlert({ key: `k${n}` }))
    const lines = block(...many)
    expect(lines.filter((line) => line.includes('phan@'))).toHaveLength(20)
    expect(lines).toContain('            and 10 more: egress alerts')
  })
})

test('hostile names of tools, fields and hosts reach no terminal, nor break the width', () => {
  const name = `\u001b[2J\u202e\n${'x'.repeat(300)}`
  const evidence = {
    ...{ call: { id: name, tool: name }, attribution: 'one', method: name, host: name, path: name },
    ...{ field: name, value: name, encoding: [name], provenance: name },
  }
  const server = written(
    opened({ server: 'postmark' }),
    flow({ inspection: 'inspected', attribution: during(name) }),
    request({ host: name, path: name, method: name, attribution: during(name, `${name}2`) }),
    payloadAlert({ evidence }),
  )
  const report = reportOf(server)
  for (const text of [table(report), alerts(report)]) {
    expect(text).toMatch(/^[\x20-\x7e\n…]+$/)
    expect(text.split('\n').filter((line) => line.length > 90)).toEqual([])
  }
  const [stored] = readRequests(server.db, 0)
  if (stored !== undefined) expect(requestCells(stored, NOON).join('')).toMatch(/^[\x20-\x7e…]+$/)
})

test('requests as a person and as a program see them', () => {
  const { db } = written(...mailSession())
  const all = [...readRequests(db, 0)]
  const stopped = all.find(({ id }) => id === 'mail11')
  const open = all.find(({ id }) => id === 'a')
  if (stopped === undefined || open === undefined) throw new Error('not stored')
  expect(requestCells(stopped, NOON)).toEqual([
    '11-22 12:00',
    'sendEmail',
    'POST',
    'api.postmarkapp.com/email',
    'denied payload-destination',
  ])
  expect(requestCells(open, NOON).slice(1)).toEqual(['a or list', 'GET', 'api.exa.ai/search?q=', 'allowed*'])
  expect(JSON.stringify(requestJson('postmark', stopped))).toBe(
    JSON.stringify({
      id: 'mail11',
      server: 'postmark',
      session: 's1',
      phase: 'run',
      at: '2026-11-22T12:00:00.011Z',
      flow: 's1.1',
      scheme: 'https',
      method: 'POST',
      host: 'api.postmarkapp.com',
      path: '/email',
      status: null,
      durationMs: 4,
      bytesSent: 300,
      bytesReceived: 70,
      attribution: 'one',
      calls: [{ id: '1', tool: 'sendEmail', method: 'tools/call' }],
      declaration: 'undeclared',
      action: 'denied',
      reason: 'payload-destination',
      inspection: 'none',
      unread: null,
      findings: 1,
    }),
  )
  expect(requestJson('postmark', open)).toMatchObject({ attribution: 'ambiguous', unread: 'session ended' })
})
