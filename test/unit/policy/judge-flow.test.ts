import { describe, expect, it } from 'vitest'
import type { Reason } from '../../../runtime/model/verdict.ts'
import { type FlowFacts, judgeFlow } from '../../../runtime/policy/judge-flow.ts'
import { compileRules } from '../../../runtime/policy/rules.ts'
import { asked, cidr, flow, host, hostLoopback, http, ip, NONE, tls, UNKNOWN } from './egress.ts'

const rules = compileRules([
  host('api.test'),
  host('*.zone.test'),
  host('web.test', { ports: [80, 8080], protocol: 'http' }),
  host('any.test', { ports: [9000], protocol: 'opaque' }),
  host('other.test', { ports: [9000], protocol: 'opaque' }),
  host('smtp.test', { ports: [25], protocol: 'server-first' }),
  host('corp.test', { resolves: ['10.0.0.0/8'] }),
  host('cluster.test', { ports: [27017] }),
  ip('203.0.113.99', { ports: [4444], protocol: 'opaque' }),
  ip('2001:db8::99'),
  cidr('10.9.0.0/16', { ports: [5432], protocol: 'opaque' }),
  hostLoopback([3000]),
])

const via = (name: string, chain: readonly string[], inheritedPorts: readonly number[] | null = null) => ({
  name,
  chain,
  inheritedPorts,
})

describe('declared', () => {
  it.each<[string, Partial<FlowFacts>, object]>([
    ['by SNI', { first: tls('api.test') }, { name: 'api.test', nameSource: 'tls_sni', protocol: 'tls' }],
    ['8: one normal form', { first: tls('API.TEST.') }, { name: 'api.test', nameSource: 'tls_sni' }],
    ['by wildcard', { first: tls('a.b.zone.test') }, { name: 'a.b.zone.test' }],
    [
      'by the DNS answer, no SNI',
      { first: tls(null), answered: [asked('api.test')] },
      { nameSource: 'dns_answer' },
    ],
    [
      'by Host',
      { first: http('web.test'), port: 80 },
      { name: 'web.test', nameSource: 'http_host', protocol: 'http' },
    ],
    [
      'by Host with its port',
      { first: http('web.test', { hostPort: 8080 }), port: 8080 },
      { name: 'web.test' },
    ],
    [
      'by an absolute target that Host repeats',
      { first: http('WEB.test', { absolute: { host: 'web.test', port: 80 } }), port: 80 },
      { name: 'web.test' },
    ],
    [
      'HTTP/1.0, by the DNS answer',
      { first: http(null), port: 80, answered: [asked('web.test')] },
      { name: 'web.test' },
    ],
    [
      'with an empty Host',
      { first: http(''), port: 80, answered: [asked('web.test')] },
      { nameSource: 'dns_answer' },
    ],
    ['27: opaque', { first: UNKNOWN, port: 9000, answered: [asked('any.test')] }, { protocol: 'unknown' }],
    ['opaque takes TLS', { first: tls('any.test'), port: 9000 }, { name: 'any.test', protocol: 'tls' }],
    [
      '27: server-first',
      { first: NONE, port: 25, answered: [asked('smtp.test')] },
      { name: 'smtp.test', protocol: 'none' },
    ],
  ])('%s', (_, facts, shown) => {
    const judged = judgeFlow(rules, flow(facts))
    expect(judged).toMatchObject({
      declaration: 'declared',
      action: 'allowed',
      reason: 'declared',
      chain: [],
      ...shown,
    })
    expect(judged.target).toMatchObject({ kind: 'name', name: judged.name })
    expect(judgeFlow(rules, flow({ ...facts, mode: 'monitor' }))).toEqual(judged)
  })

  it('hands on the blocks that the name may resolve to', () => {
    const { target } = judgeFlow(rules, flow({ first: tls('corp.test') }))
    expect(target).toEqual({ kind: 'name', name: 'corp.test', resolves: ['10.0.0.0/8'] })
  })

  it.each<[string, Partial<FlowFacts>, object]>([
    ['ip', { address: '203.0.113.99', port: 4444, first: UNKNOWN }, { name: null, nameSource: 'none' }],
    ['ip, v4-mapped', { address: '::ffff:203.0.113.99', port: 4444, first: UNKNOWN }, { name: null }],
    ['ip of IPv6', { address: '2001:db8:0::99', first: tls(null) }, { name: null }],
    [
      'ip, any name',
      { address: '2001:db8::99', first: tls('x.test') },
      { name: 'x.test', nameSource: 'tls_sni' },
    ],
    ['cidr', { address: '10.9.8.7', port: 5432, first: UNKNOWN }, { name: null }],
    [
      'cidr, any name',
      { address: '10.9.8.7', port: 5432, first: UNKNOWN, answered: [asked('x.test')] },
      { name: 'x.test' },
    ],
    [
      'ip, several names',
      { address: '203.0.113.99', port: 4444, first: UNKNOWN, answered: [asked('x.test'), asked('y.test')] },
      { name: null, nameSource: 'none' },
    ],
    [
      'a literal in Host',
      { address: '203.0.113.99', port: 4444, first: http('203.0.113.99') },
      { name: null },
    ],
    ['a literal in brackets', { address: '2001:db8::99', first: tls('2001:DB8::99') }, { name: null }],
  ])('by address: %s', (_, facts, shown) => {
    const judged = judgeFlow(rules, flow(facts))
    expect(judged).toMatchObject({ declaration: 'declared', action: 'allowed', ...shown })
    expect(judged.target?.kind).toBe('address')
  })

  it.each(['127.0.0.1', '127.3.2.1', '::1', '::ffff:127.0.0.1'])(
    "a service on the host's loopback by %s",
    (address) => {
      const judged = judgeFlow(
        rules,
        flow({ address, port: 3000, first: http('localhost', { hostPort: 3000 }) }),
      )
      expect(judged).toMatchObject({ declaration: 'declared', action: 'allowed', name: 'localhost' })
      expect(judged.target).toEqual({ kind: 'host-loopback', port: 3000 })
    },
  )
})

describe('inherited through CNAME and SRV', () => {
  it.each<[string, Partial<FlowFacts>, readonly string[]]>([
    ['CNAME', { first: tls('edge.cdn.test'), answered: [via('edge.cdn.test', ['api.test'])] }, ['api.test']],
    [
      'a CNAME of a CNAME',
      { first: tls('b.cdn.test'), answered: [via('b.cdn.test', ['a.zone.test', 'a.cdn.test'])] },
      ['a.zone.test', 'a.cdn.test'],
    ],
    [
      'SRV with a port of its own',
      {
        port: 27018,
        first: tls('shard-0.host.test'),
        answered: [via('shard-0.host.test', ['_mongodb._tcp.cluster.test'], [27018])],
      },
      ['_mongodb._tcp.cluster.test'],
    ],
    [
      'the way that fits, of two',
      {
        first: tls('edge.cdn.test'),
        answered: [via('edge.cdn.test', ['cluster.test']), via('edge.cdn.test', ['api.test'])],
      },
      ['api.test'],
    ],
  ])('%s', (_, facts, chain) => {
    expect(judgeFlow(rules, flow(facts))).toMatchObject({ declaration: 'declared', action: 'allowed', chain })
  })

  it.each<[string, Partial<FlowFacts>, Reason]>([
    [
      'an undeclared name leads nowhere',
      { first: tls('b.test'), answered: [via('b.test', ['evil.test'])] },
      'undeclared',
    ],
    ['not for another address', { first: tls('edge.cdn.test'), answered: [] }, 'undeclared'],
    [
      "not beyond the asked name's ports",
      { port: 80, first: tls('e.test'), answered: [via('e.test', ['api.test'])] },
      'port',
    ],
    [
      "not beyond the answer's ports",
      {
        port: 27017,
        first: tls('s.test'),
        answered: [via('s.test', ['_mongodb._tcp.cluster.test'], [27018])],
      },
      'port',
    ],
    [
      'not for another protocol',
      { port: 27018, first: UNKNOWN, answered: [via('s.test', ['_mongodb._tcp.cluster.test'], [27018])] },
      'unknown-protocol',
    ],
  ])('%s', (_, facts, reason) => {
    expect(judgeFlow(rules, flow(facts))).toMatchObject({ action: 'denied', reason, chain: [] })
  })
})

const UNDECLARED: [string, Partial<FlowFacts>, Reason, object?][] = [
  [
    '7: another resolver over HTTPS',
    { first: tls('dns.evil.test') },
    'undeclared',
    { name: 'dns.evil.test' },
  ],
  ['9: evil-api.test', { first: tls('evil-api.test') }, 'undeclared'],
  ['9: api.test.evil.test', { first: tls('api.test.evil.test') }, 'undeclared'],
  ['9: the apex against a wildcard', { first: tls('zone.test') }, 'undeclared'],
  ['11: homograph', { first: tls('\u0430pi.test') }, 'undeclared', { name: 'xn--pi-6kc.test' }],
  ['undeclared, by the DNS answer alone', { first: UNKNOWN, answered: [asked('evil.test')] }, 'undeclared'],
  [
    "SNI at a declared name's address",
    { first: tls('evil.test'), answered: [asked('api.test')] },
    'undeclared',
  ],
  [
    '52: user information in a URL',
    { first: tls('evil.test'), answered: [asked('evil.test')] },
    'undeclared',
  ],
  [
    '15: another port of a declared host',
    { port: 8443, first: tls('api.test') },
    'port',
    { name: 'api.test' },
  ],
  ['27: SSH to a declared host', { port: 22, first: UNKNOWN, answered: [asked('api.test')] }, 'port'],
  ['27: SSH to a declared 443', { first: UNKNOWN, answered: [asked('api.test')] }, 'unknown-protocol'],
  [
    '27: TLS to a declared 80',
    { port: 80, first: tls('web.test') },
    'unknown-protocol',
    { name: 'web.test' },
  ],
  ['27: HTTP to a declared 443', { first: http('api.test') }, 'unknown-protocol'],
  ['27: nothing said to a declared 443', { first: NONE, answered: [asked('api.test')] }, 'unknown-protocol'],
  [
    '27: nothing said to opaque',
    { port: 9000, first: NONE, answered: [asked('any.test')] },
    'unknown-protocol',
  ],
  [
    '27: words to server-first',
    { port: 25, first: UNKNOWN, answered: [asked('smtp.test')] },
    'unknown-protocol',
  ],
  ['another protocol at a declared address', { address: '2001:db8::99', first: UNKNOWN }, 'unknown-protocol'],
  ['14: a raw address', { port: 4444, first: UNKNOWN }, 'raw-ip', { name: null }],
  ['16: a raw IPv6 address', { address: '2001:db8::4444', port: 4444, first: NONE }, 'raw-ip'],
  ['16: a v4-mapped address', { address: '::ffff:203.0.113.7', port: 4444, first: UNKNOWN }, 'raw-ip'],
  ['a declared address, another port', { address: '203.0.113.99', port: 22, first: UNKNOWN }, 'raw-ip'],
  ['17: loopback that is not declared', { address: '127.0.0.1', port: 3001, first: UNKNOWN }, 'raw-ip'],
  ['HTTP to a raw address', { port: 80, first: http('203.0.113.7') }, 'raw-ip'],
  [
    'a literal where a declared name was answered',
    { first: http('203.0.113.7'), answered: [asked('api.test')] },
    'raw-ip',
  ],
  ['24: no SNI', { first: tls(null) }, 'no-name', { name: null, protocol: 'tls' }],
  ['24: an address in place of the SNI', { first: tls('203.0.113.7') }, 'no-name'],
  [
    'several names, one not declared',
    { port: 9000, first: UNKNOWN, answered: [asked('any.test'), asked('evil.test')] },
    'ambiguous-name',
    { name: null, nameSource: 'none' },
  ],
  [
    'several names, one on another port',
    { first: tls(null), answered: [asked('api.test'), asked('web.test')] },
    'ambiguous-name',
  ],
  [
    'several names, one of another protocol',
    { port: 9000, first: NONE, answered: [asked('any.test'), asked('other.test')] },
    'unknown-protocol',
  ],
  [
    '29: Host against an absolute target',
    { port: 80, first: http('web.test', { absolute: { host: 'evil.test', port: 80 } }) },
    'name-mismatch',
    { name: 'evil.test', nameSource: 'http_host' },
  ],
  [
    '29: the other way round',
    { port: 80, first: http('evil.test', { absolute: { host: 'web.test', port: 80 } }) },
    'name-mismatch',
  ],
  [
    '29: an absolute target with another port',
    { port: 80, first: http('web.test', { absolute: { host: 'web.test', port: 8080 } }) },
    'name-mismatch',
  ],
  ['Host with another port', { port: 80, first: http('web.test', { hostPort: 8080 }) }, 'name-mismatch'],
  ['another literal in Host', { port: 80, first: http('198.51.100.1') }, 'name-mismatch'],
]

describe('undeclared: denied in enforce, allowed and flagged in monitor', () => {
  it.each(UNDECLARED)('%s', (_, facts, reason, shown = {}) => {
    expect(judgeFlow(rules, flow(facts))).toMatchObject({
      ...{ declaration: 'undeclared', action: 'denied', reason, target: null, chain: [], ...shown },
    })
    const monitored = judgeFlow(rules, flow({ ...facts, mode: 'monitor' }))
    expect(monitored).toMatchObject({ declaration: 'undeclared', action: 'allowed', reason, ...shown })
    expect(monitored.target).not.toBeNull()
  })
})

describe('denied in both modes', () => {
  it.each<[string, Partial<FlowFacts>, Reason]>([
    [
      "35: the recorder's own port",
      { own: true, first: tls('api.test'), answered: [asked('api.test')] },
      'self',
    ],
    ['10: a ClientHello that is none', { first: { kind: 'malformed', protocol: 'tls' } }, 'malformed'],
    [
      '10: an HTTP head that is none',
      { port: 80, first: { kind: 'malformed', protocol: 'http' } },
      'malformed',
    ],
    [
      '10: on an opaque port too',
      { port: 9000, first: { kind: 'malformed', protocol: 'tls' }, answered: [asked('any.test')] },
      'malformed',
    ],
    ['10: a NUL in the SNI', { first: tls('api.test\0.evil.test') }, 'malformed'],
    ['10: a control byte in Host', { port: 80, first: http('web.test\r') }, 'malformed'],
    ['52: user information in Host', { port: 80, first: http('web.test@evil.test') }, 'malformed'],
    ['17: 0x7f.1 in Host', { port: 80, first: http('0x7f.1') }, 'malformed'],
    ['17: 2130706433 in Host', { port: 80, first: http('2130706433') }, 'malformed'],
    ['17: 0177.0.0.1 in Host', { port: 80, first: http('0177.0.0.1') }, 'malformed'],
    ['17: 0 in the SNI', { first: tls('0') }, 'malformed'],
    [
      'a broken Host beside a declared absolute target',
      { port: 80, first: http('a b', { absolute: { host: 'web.test', port: 80 } }) },
      'malformed',
    ],
  ])('%s', (_, facts, reason) => {
    for (const mode of ['enforce', 'monitor'] as const) {
      const judged = judgeFlow(rules, flow({ ...facts, mode }))
      expect(judged).toMatchObject({ declaration: 'undeclared', action: 'denied', reason, target: null })
    }
  })
})

describe('several declared names that share an address', () => {
  it('are allowed when each is declared on that port; one asked directly stands for them', () => {
    const answered = [via('edge.cdn.test', ['any.test']), asked('other.test'), asked('any.test')]
    const judged = judgeFlow(rules, flow({ port: 9000, first: UNKNOWN, answered }))
    expect(judged).toMatchObject({
      declaration: 'declared',
      action: 'allowed',
      name: 'other.test',
      chain: [],
    })
  })

  it('need the client to say which one when they differ', () => {
    const answered = [asked('api.test'), asked('evil.test')]
    expect(judgeFlow(rules, flow({ first: tls('api.test'), answered })).action).toBe('allowed')
    expect(judgeFlow(rules, flow({ first: tls('evil.test'), answered })).reason).toBe('undeclared')
  })
})

it('28: each request of a connection is judged by its own Host', () => {
  const connection = { port: 80, answered: [asked('web.test')] }
  expect(judgeFlow(rules, flow({ ...connection, first: http('web.test') })).reason).toBe('declared')
  expect(judgeFlow(rules, flow({ ...connection, first: http('evil.test') })).reason).toBe('undeclared')
})

it('an empty profile declares nothing', () => {
  const nothing = compileRules([])
  for (const [, facts] of UNDECLARED) expect(judgeFlow(nothing, flow(facts)).action).toBe('denied')
})

it('several rules for one port and name: any of them that fits', () => {
  const both = compileRules([
    host('api.test'),
    host('api.test', { protocol: 'opaque', resolves: ['10.0.0.0/8'] }),
  ])
  expect(judgeFlow(both, flow({ first: UNKNOWN, answered: [asked('api.test')] })).target).toMatchObject({
    resolves: ['10.0.0.0/8'],
  })
  expect(judgeFlow(both, flow({ first: tls('api.test') })).declaration).toBe('declared')
})
