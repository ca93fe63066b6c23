import { describe, expect, it } from 'vitest'
import type { DnsRecord, FlowRecord } from '../../../runtime/model/flow.ts'
import type { DropRecord } from '../../../runtime/model/journal.ts'
import { alertForDrop, alertForFlow, alertForQuery } from '../../../runtime/policy/alerts.ts'

const session = { session: 's1', phase: 'run' } as const

function flow(fields: Partial<FlowRecord>): FlowRecord {
  return {
    ...session,
    ...{ id: 's1.1', startedAt: 1000, address: '203.0.113.7', port: 443, transport: 'tcp' },
    ...{
      name: 'mail.evil.test',
      nameSource: 'tls_sni',
      protocol: 'tls',
      sni: 'mail.evil.test',
      alpn: ['h2'],
      ech: false,
    },
    ...{ httpHost: null, chain: [], inspection: 'none', attribution: null },
    ...{ declaration: 'undeclared', action: 'denied', reason: 'undeclared' },
    ...fields,
  } as FlowRecord
}

function query(fields: Partial<DnsRecord>): DnsRecord {
  return {
    ...session,
    ...{ id: 's1.2', at: 1000, name: 'x.evil.test', type: 'A', transport: 'udp', resolver: '8.8.8.8' },
    ...{ declaration: 'undeclared', action: 'denied', reason: 'dns-undeclared' },
    ...fields,
  } as DnsRecord
}

function drop(fields: Partial<DropRecord>): DropRecord {
  return {
    ...session,
    ...{ at: 1000, address: '203.0.113.7', port: 443, transport: 'udp', name: null, nameSource: 'none' },
    ...{ declaration: 'undeclared', action: 'denied', reason: 'udp', packets: 7, bytes: 700 },
    ...fields,
  } as DropRecord
}

describe('alertForFlow', () => {
  it('says what a person needs', () => {
    expect(alertForFlow('exa', flow({}))).toEqual({
      ...{
        server: 'exa',
        session: 's1',
        phase: 'run',
        at: 1000,
        kind: 'undeclared_destination',
        severity: 'medium',
      },
      ...{ key: 'evil.test undeclared', reason: 'undeclared', action: 'denied', count: 1 },
      destination: {
        ...{
          address: '203.0.113.7',
          port: 443,
          transport: 'tcp',
          name: 'mail.evil.test',
          nameSource: 'tls_sni',
        },
      },
      evidence: { flow: 's1.1', protocol: 'tls', sni: 'mail.evil.test', alpn: ['h2'] },
    })
  })

  it.each<[string, Partial<FlowRecord>, string | null, string?]>([
    ['declared and allowed', { declaration: 'declared', action: 'allowed', reason: 'declared' }, null],
    ['declared, but down', { declaration: 'declared', reason: 'unresolved' }, null],
    ['declared, but too many', { declaration: 'declared', reason: 'limit' }, 'info', 'denied_destination'],
    ['let through in monitor', { action: 'allowed' }, 'high', 'undeclared_destination'],
    ['raw address', { reason: 'raw-ip', name: null }, 'medium', 'undeclared_destination'],
    ['no name', { reason: 'no-name', name: null }, 'medium', 'undeclared_destination'],
    ['ambiguous', { reason: 'ambiguous-name', name: null }, 'medium', 'undeclared_destination'],
    ['another port', { reason: 'port' }, 'low', 'undeclared_destination'],
    ['another protocol', { reason: 'unknown-protocol' }, 'medium', 'denied_destination'],
    ['a false name', { reason: 'name-mismatch' }, 'high', 'denied_destination'],
    ['not well-formed', { reason: 'malformed' }, 'medium', 'denied_destination'],
    ["the recorder's port", { reason: 'self' }, 'medium', 'denied_destination'],
    ['a private address', { reason: 'address-class', address: '10.0.0.1' }, 'medium', 'denied_destination'],
    ['metadata', { reason: 'address-class', address: '169.254.169.254' }, 'high', 'denied_destination'],
    ['metadata, raw', { reason: 'raw-ip', address: '169.254.169.254' }, 'high', 'undeclared_destination'],
    ['undeclared, too many', { reason: 'limit' }, 'low', 'denied_destination'],
  ])('%s: %s', (_, fields, severity, kind) => {
    const alert = alertForFlow('exa', flow(fields))
    expect(alert?.severity ?? null).toBe(severity)
    expect(alert?.kind).toBe(kind)
  })

  it.each<[string | null, string | null, string]>([
    ['mail.giftshop.club', '203.0.113.7', 'giftshop.club'],
    ['giftshop.club', '203.0.113.7', 'giftshop.club'],
    ['a.b.example.co.uk', null, 'example.co.uk'],
    // Whoever registers below a shared suffix is a party of their own.
    ['a.x.workers.dev', null, 'x.workers.dev'],
    ['api.agnost.ai', null, 'agnost.ai'],
    ['intranet', null, 'intranet'],
    [null, '203.0.113.7', '203.0.113.7'],
    [null, '2001:db8::1', '2001:db8::1'],
  ])('findings about %s at %s are one about %s', (name, address, place) => {
    expect(alertForFlow('exa', flow({ name, address }))?.key).toBe(`${place} undeclared`)
  })

  it('keeps its evidence small and fit to show', () => {
    const names = Array.from({ length: 100 }, (_, index) => `n${index}.test`)
    const wild = flow({
      sni: `\x1b[2J${'a'.repeat(70_000)}`,
      httpHost: 'a\nb',
      ech: true,
      alpn: names,
      chain: names,
    })
    const alert = alertForFlow('exa', wild, { at: 2000, candidates: names })
    expect(alert?.at).toBe(2000)
    expect(JSON.stringify(alert?.evidence).length).toBeLessThan(1500)
    expect(alert?.evidence).toMatchObject({ ech: true, httpHost: 'a\\x0ab', candidates: names.slice(0, 8) })
    expect(alert?.evidence.sni).toMatch(/^\\x1b\[2Ja+…\(70004 characters\)$/)
  })
})

describe('alertForQuery', () => {
  it('says what a person needs', () => {
    expect(alertForQuery('exa', query({ type: 'TXT' }))).toEqual({
      ...{ server: 'exa', session: 's1', phase: 'run', at: 1000, kind: 'undeclared_dns', severity: 'medium' },
      ...{ key: 'evil.test dns-undeclared', reason: 'dns-undeclared', action: 'denied', count: 1 },
      destination: {
        address: null,
        port: 53,
        transport: 'udp',
        name: 'x.evil.test',
        nameSource: 'dns_query',
      },
      evidence: { query: 's1.2', type: 'TXT', resolver: '8.8.8.8' },
    })
  })

  it.each<[string, Partial<DnsRecord>, string | null]>([
    ['declared', { declaration: 'declared', action: 'allowed', reason: 'declared' }, null],
    ['declared, too many', { declaration: 'declared', reason: 'limit' }, 'info'],
    ['an address', {}, 'low'],
    ['a tunnel type', { type: 'NULL' }, 'medium'],
    ['not well-formed', { reason: 'malformed', name: '' }, 'medium'],
    ['an address, let through', { action: 'allowed' }, 'medium'],
    ['a tunnel type, let through', { action: 'allowed', type: 'TXT' }, 'high'],
  ])('%s: %s', (_, fields, severity) => {
    expect(alertForQuery('exa', query(fields))?.severity ?? null).toBe(severity)
  })
})

describe('alertForDrop', () => {
  it('counts packets', () => {
    expect(alertForDrop('exa', drop({}))).toMatchObject({
      ...{ kind: 'dropped_packets', severity: 'medium', key: '203.0.113.7 udp', count: 7 },
      evidence: { packets: 7, bytes: 700 },
    })
    expect(alertForDrop('exa', drop({ packets: 0 }))).toBeNull()
  })

  it.each<[string, Partial<DropRecord>, string]>([
    ['20: QUIC to a declared host', { declaration: 'declared', name: 'api.test' }, 'info'],
    ['multicast', { address: 'ff02::fb', port: 5353 }, 'info'],
    ['metadata', { address: '169.254.169.254' }, 'high'],
    ['ICMP', { transport: 'icmp', port: 0, reason: 'protocol' }, 'medium'],
    ['destination unknown', { address: null }, 'medium'],
  ])('%s: %s', (_, fields, severity) => {
    expect(alertForDrop('exa', drop(fields))?.severity).toBe(severity)
  })
})
