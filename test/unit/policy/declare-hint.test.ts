import { describe, expect, it } from 'vitest'
import { parseProfile } from '../../../profiles/parse-profile.ts'
import type { Destination } from '../../../runtime/model/destination.ts'
import { declareHint, type HintFacts } from '../../../runtime/policy/alerts.ts'

function to(fields: Partial<Destination>): Destination {
  return {
    address: '203.0.113.7',
    port: 443,
    transport: 'tcp',
    name: 'api.test',
    nameSource: 'tls_sni',
    ...fields,
  }
}

const query = { address: null, port: 53, transport: 'udp', nameSource: 'dns_query' } as const

describe('declareHint', () => {
  it.each<[string, Partial<Destination>, HintFacts, string | null]>([
    ['a name', {}, {}, 'api.test:443'],
    ['another port', { port: 8443 }, { reason: 'port' }, 'api.test:8443'],
    ['TLS where TLS is assumed', {}, { protocol: 'tls' }, 'api.test:443'],
    ['HTTP where HTTP is assumed', { port: 80 }, { protocol: 'http' }, 'api.test:80'],
    ['HTTP elsewhere', { port: 8080 }, { protocol: 'http' }, 'api.test:8080 --protocol http'],
    ['TLS on 80', { port: 80 }, { protocol: 'tls' }, 'api.test:80 --protocol tls'],
    [
      'another protocol',
      {},
      { reason: 'unknown-protocol', protocol: 'unknown' },
      'api.test:443 --protocol opaque',
    ],
    ['nothing said', { port: 22 }, { protocol: 'none' }, 'api.test:22 --protocol server-first'],
    ['nothing said where mails go', { port: 587 }, { protocol: 'none' }, 'api.test:587 --protocol smtp'],
    ['an address', { name: null }, { reason: 'raw-ip' }, '203.0.113.7:443'],
    ['an IPv6 address', { name: null, address: '2001:db8::1' }, {}, '[2001:db8::1]:443'],
    ['a private address', { name: null, address: '10.0.0.1' }, {}, '10.0.0.1:443'],
    ['a question', { ...query, name: 'api.test' }, { reason: 'dns-undeclared' }, 'api.test:443'],
    ['a question for a service', { ...query, name: '_mongodb._tcp.db.test' }, {}, 'db.test:443'],
    ['a reverse question', { ...query, name: '7.113.0.203.in-addr.arpa' }, {}, null],
    ['a question for the root', { ...query, name: '' }, {}, null],
    ['metadata', { name: null, address: '169.254.169.254' }, { reason: 'raw-ip' }, null],
    ['loopback', { name: null, address: '127.0.0.1' }, {}, null],
    ['a sinkhole address', { name: null, address: '198.18.0.4' }, {}, null],
    ['nowhere', { name: null, address: null }, {}, null],
    ['UDP', { transport: 'udp' }, { reason: 'udp' }, null],
    ['ICMP', { transport: 'icmp', port: 0 }, {}, null],
    ["the recorder's port", {}, { reason: 'self' }, null],
    ['not well-formed', {}, { reason: 'malformed' }, null],
    ['a false name', {}, { reason: 'name-mismatch' }, null],
    ['an address class', {}, { reason: 'address-class' }, null],
    ['down', {}, { reason: 'unresolved' }, null],
    ['too many', {}, { reason: 'limit' }, null],
  ])('%s', (_, fields, facts, expected) => {
    expect(declareHint('exa', to(fields), facts)).toBe(
      expected === null ? null : `egress allow exa ${expected}`,
    )
  })

  it.each<[string, Partial<Destination>, HintFacts, string]>([
    ['a name', {}, {}, '- {host: api.test, port: 443}'],
    ['a protocol', {}, { protocol: 'unknown' }, '- {host: api.test, port: 443, protocol: opaque}'],
    ['an address', { name: null }, {}, '- {ip: "203.0.113.7", port: 443}'],
    ['an IPv6 address', { name: null, address: '2001:db8::1' }, {}, '- {ip: "2001:db8::1", port: 443}'],
    ['a name that YAML reads as a word of its own', { name: 'null' }, {}, '- {host: "null", port: 443}'],
  ])('is an entry for the profile’s file: %s', (_, fields, facts, entry) => {
    const hint = declareHint('exa', to(fields), { ...facts, profileFile: '/work/p.yaml' })
    expect(hint).toBe(`add \`${entry}\` to egress in /work/p.yaml`)
    const { source } = parseProfile(`name: p\negress:\n  ${entry}\n`, 'p.yaml')
    expect(source.egress).toMatchObject([{ ports: [443] }])
  })

  it('is nothing for an installation, whose registries npm names', () => {
    expect(declareHint('exa', to({}), { phase: 'install' })).toBe(null)
  })
})
