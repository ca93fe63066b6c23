import { describe, expect, it } from 'vitest'
import { type AlertNotice, alertLine, alertNotice } from '../../../../cli/run/alert-line.ts'
import { tellOnce } from '../../../../cli/run/alerts.ts'
import type { AlertEvent } from '../../../../runtime/model/alert.ts'
import type { Destination } from '../../../../runtime/model/destination.ts'

const alert = (destination: Partial<Destination>, more: Partial<AlertEvent> = {}): AlertEvent => ({
  server: 'p',
  session: 's',
  phase: 'run',
  at: 1,
  kind: 'undeclared_destination',
  severity: 'medium',
  key: 'k',
  destination: { address: null, port: 443, transport: 'tcp', name: null, nameSource: 'none', ...destination },
  reason: 'undeclared',
  action: 'denied',
  count: 1,
  evidence: {},
  ...more,
})
const line = (event: AlertEvent, file: string | null = null) => alertLine(alertNotice(event, file))

describe('an alert’s line', () => {
  it.each<readonly [string, AlertEvent, string]>([
    [
      'a name and the address that was dialled',
      alert({ name: 'evil.test', nameSource: 'tls_sni', address: '198.18.0.1' }),
      'alert: p: evil.test:443 (198.18.0.1): undeclared, denied: the profile does not declare this host; if the server needs it: egress allow p evil.test:443',
    ],
    [
      'a bare address of IPv6',
      alert({ address: '2001:db8::1', port: 4444 }, { reason: 'raw-ip' }),
      'alert: p: [2001:db8::1]:4444: raw-ip, denied: an address without a name, which the profile does not declare; if the server needs it: egress allow p [2001:db8::1]:4444',
    ],
    [
      'a question',
      alert({ name: 'evil.test', nameSource: 'dns_query', port: 53 }, { reason: 'dns-undeclared' }),
      'alert: p: DNS name evil.test: dns-undeclared, denied: the profile does not declare this name; if the server needs it: egress allow p evil.test:443',
    ],
    [
      'UDP, which no declaration lets through',
      alert({ address: '8.8.8.8', port: 443, transport: 'udp' }, { reason: 'udp' }),
      'alert: p: 8.8.8.8:443/udp: udp, denied: UDP goes nowhere, and clients fall back to TCP',
    ],
    [
      'a protocol without ports',
      alert({ address: '8.8.8.8', port: 0, transport: 'icmp' }, { reason: 'protocol' }),
      'alert: p: 8.8.8.8/icmp: protocol, denied: what is neither TCP nor UDP goes nowhere',
    ],
    [
      'the protocol that was seen, since another would not do',
      alert({ name: 'a.test', port: 5432 }, { evidence: { protocol: 'unknown' } }),
      'if the server needs it: egress allow p a.test:5432 --protocol opaque',
    ],
    [
      'what was let through',
      alert({ name: 'a.test', nameSource: 'http_host', port: 80 }, { action: 'allowed' }),
      'alert: p: a.test:80: undeclared, allowed: the profile does not declare this host; if the server needs it: egress allow p a.test:80',
    ],
  ])('%s', (_, event, expected) => expect(line(event)).toContain(expected))

  it('has no advice for an installation', () => {
    expect(line(alert({ name: 'evil.test' }, { phase: 'install' }))).not.toContain('if the server needs it')
  })

  it('names the file where the profile is one, which no command writes to', () => {
    const event = alert({ name: 'evil.test', nameSource: 'tls_sni' })
    expect(line(event, '/work/p.yaml')).toBe(
      'alert: p: evil.test:443: undeclared, denied: the profile does not declare this host; if the server needs it: add `- {host: evil.test, port: 443}` to egress in /work/p.yaml',
    )
  })
})

describe('tellOnce', () => {
  it('tells of each finding once, to both', () => {
    const said: string[] = []
    const notices: AlertNotice[] = []
    const tell = tellOnce(
      (text) => said.push(text),
      (notice) => notices.push(notice),
      null,
    )
    for (const key of ['a', 'b', 'a', 'a'])
      tell(alert({ name: `${key}.test`, nameSource: 'tls_sni' }, { key }))
    expect(said).toHaveLength(2)
    expect(notices.map(({ destination }) => destination)).toEqual(['a.test:443', 'b.test:443'])
  })

  it('stops after a hundred, and says where the rest is', () => {
    const said: string[] = []
    const tell = tellOnce(
      (text) => said.push(text),
      () => undefined,
      null,
    )
    for (let n = 0; n < 1000; n++) tell(alert({ name: `${n}.test` }, { key: String(n) }))
    expect(said).toHaveLength(101)
    expect(said.at(-1)).toBe('more findings than 100: see egress alerts --server p')
  })
})
