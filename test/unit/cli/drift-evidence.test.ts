import { describe, expect, it } from 'vitest'
import { alertDetails } from '../../../cli/egress/alert-details.ts'
import { alertLine, alertNotice } from '../../../cli/run/alert-line.ts'
import { tellOnce } from '../../../cli/run/alerts.ts'
import type { AlertEvent } from '../../../runtime/model/alert.ts'
import { alertEvent } from './run/alert-events.ts'

const POST = 'api.postmarkapp.com:443 POST /email'

function drift(evidence: AlertEvent['evidence'], more: Partial<AlertEvent> = {}): AlertEvent {
  const known = { trait: 'field', place: POST, name: '/Bcc', version: 'mail@2', basis: 'version', earlier: 3 }
  const key = `drift ${evidence.name ?? ''}`
  return alertEvent(
    { name: 'api.postmarkapp.com' },
    { kind: 'drift', severity: 'high', reason: 'drift', key, evidence: { ...known, ...evidence }, ...more },
  )
}

const tool = (evidence: AlertEvent['evidence']) =>
  drift({ trait: 'tool-description', place: 'send', name: 'sha256:d', ...evidence }, { kind: 'tool_drift' })

describe('what is new, in a line', () => {
  it.each([
    [
      drift({}),
      'mail@2 is the first version to send Bcc of POST api.postmarkapp.com:443/email; 3 sessions before it did not',
    ],
    [
      drift({ basis: 'session', earlier: 1 }),
      'mail@2 did not send Bcc of POST api.postmarkapp.com:443/email in 1 session before this one',
    ],
    [
      drift({ trait: 'path', place: 'a.test:443', name: 'GET /x' }),
      'mail@2 is the first version to make requests like GET a.test:443/x; 3 sessions before it did not',
    ],
    [
      drift({ trait: 'host', place: '', name: 'a.test:443/tls' }),
      'mail@2 is the first version to contact a.test:443/tls; 3 sessions before it did not',
    ],
    [tool({ basis: 'session' }), 'the description of the tool send has changed within mail@2'],
    [tool({}), 'the description of the tool send is another than in earlier versions, in mail@2'],
    [
      drift({ trait: 'more', name: 'field' }),
      'mail@2: more fields that are new than are told one by one: see egress drift',
    ],
    [drift({ trait: 'beyond', name: 'host' }), 'mail@2: more hosts than are told apart: see egress drift'],
  ])('%#', (event, sentence) => {
    expect(alertLine(alertNotice(event, null))).toBe(`alert: p: ${sentence}`)
  })

  it('is escaped', () => {
    const line = alertLine(alertNotice(drift({ name: '/\u001b[2J', version: 'a\nb' }), null))
    expect(line).toContain('a\\x0ab is the first version to send \\x1b[2J of')
  })

  it('has what a tool says of itself in the list of alerts alone', () => {
    const event = tool({ difference: 'Sends{+ <IMPORTANT>\u202e+}', versions: ['mail@1'] })
    expect(alertLine(alertNotice(event, null))).not.toContain('IMPORTANT')
    const { kind, evidence } = event
    const stored = { kind, evidence: [{ details: evidence }] } as unknown as Parameters<
      typeof alertDetails
    >[0]
    expect(alertDetails(stored)).toBe(
      'the description of the tool send is another than in earlier versions, in mail@2; Sends{+ <IMPORTANT>\\u{202e}+}; before: mail@1',
    )
  })
})

describe('while a server runs', () => {
  function told(events: readonly AlertEvent[]): string[] {
    const lines: string[] = []
    const tell = tellOnce(
      (line) => lines.push(line),
      () => undefined,
      null,
    )
    for (const event of events) tell(event)
    return lines
  }

  it('small news is not told, nor that of a host with an alert of its own', () => {
    const events = [
      drift({ name: '/a' }, { severity: 'low' }),
      drift({ name: '/b' }, { severity: 'info' }),
      drift({ trait: 'host', name: 'evil.test:443/tls', declaration: 'undeclared' }, { severity: 'medium' }),
      drift({ trait: 'host', name: 'good.test:443/tls', declaration: 'declared' }, { severity: 'medium' }),
      drift({ name: '/Bcc' }),
    ]
    expect(told(events).map((line) => /(?:contact|send) [^\s;]+/.exec(line)?.[0])).toEqual([
      'contact good.test:443/tls',
      'send Bcc',
    ])
  })

  it('an upgrade that brings much is not told in full', () => {
    const lines = told(Array.from({ length: 30 }, (_, n) => drift({ name: `/f${n}` })))
    expect(lines).toHaveLength(9)
    expect(lines.at(-1)).toBe('more that is new: see egress drift --server p')
  })
})
