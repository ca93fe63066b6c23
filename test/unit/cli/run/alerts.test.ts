import { describe, expect, it } from 'vitest'
import { type AlertNotice, alertLine, alertNotice } from '../../../../cli/run/alert-line.ts'
import { tellOnce } from '../../../../cli/run/alerts.ts'
import type { AlertEvent } from '../../../../runtime/model/alert.ts'
import { alertEvent as alert, payloadEvent } from './alert-events.ts'

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
    [
      'a mail with one recipient more',
      payloadEvent(),
      "alert: p: sendEmail tried to send to phan@giftshop.club (Bcc, POST api.postmarkapp.com/email): not in the call's arguments, the environment, the profile or any earlier response; stopped",
    ],
    [
      'one that went out, of several calls',
      payloadEvent({ call: null, attribution: 'ambiguous', provenance: 'response' }, { action: 'allowed' }),
      'alert: p: one of several calls tried to send to phan@giftshop.club (Bcc, POST api.postmarkapp.com/email): only in an earlier response, which is not enough for this field; sent',
    ],
    [
      'a credential, which is not named',
      payloadEvent({
        call: null,
        attribution: 'background',
        field: 'header:Authorization',
        value: '(a credential that was not given)',
      }),
      'alert: p: the server, while no call was open, used a credential that was not given (header:Authorization, POST api.postmarkapp.com/email): not in',
    ],
    [
      'a request that could not be read',
      payloadEvent({ value: null, field: null, provenance: null }, { reason: 'payload-unread' }),
      'alert: p: sendEmail made a request (POST api.postmarkapp.com/email): a request that is read before it goes on is too large or cannot be read; stopped',
    ],
    [
      'a request that is not declared: no command helps',
      alert(
        { name: 'a.test' },
        { reason: 'request-undeclared', evidence: { method: 'DELETE', host: 'a.test', path: '/x' } },
      ),
      'alert: p: a.test:443: request-undeclared, denied: the profile declares this host, but not this request (DELETE a.test/x)',
    ],
    [
      'a certificate',
      alert(
        { name: 'a.test' },
        {
          kind: 'upstream_certificate',
          reason: 'upstream-certificate',
          evidence: { problem: 'CERT_HAS_EXPIRED', call: { id: '1', tool: 'search' } },
        },
      ),
      "alert: p: a.test:443: upstream-certificate, denied: the destination's certificate is not valid for it (search, CERT_HAS_EXPIRED)",
    ],
    [
      'what was sent in the background, which is declared',
      alert({ name: 'a.test' }, { kind: 'background_traffic', reason: 'declared', action: 'allowed' }),
      'alert: p: a.test:443: contacted while no call was open; let through',
    ],
  ])('%s', (_, event, expected) => expect(line(event)).toContain(expected))

  it('ends there where no declaration helps', () => {
    for (const event of [payloadEvent(), alert({ name: 'a.test' }, { reason: 'declared' })])
      expect(line(event)).not.toContain('if the server needs it')
  })

  it('quotes text from outside escaped and cut', () => {
    const hostile = `\u001b[2J\u202e${'x'.repeat(5_000)}`
    const event = payloadEvent({
      call: { id: '1', tool: hostile },
      value: hostile,
      field: hostile,
      method: hostile,
      host: hostile,
      path: hostile,
    })
    expect(line(event)).toMatch(/^[\x20-\x7e…]+$/)
    expect(line(event).length).toBeLessThan(1_500)
  })

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
