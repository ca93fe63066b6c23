import { describe, expect, it } from 'vitest'
import type { Reason } from '../../../runtime/model/verdict.ts'
import { type FlowFacts, judgeFlow } from '../../../runtime/policy/judge-flow.ts'
import { asked, flow, http, NONE, tls, UNKNOWN } from './egress.ts'

import { rules, via } from './flow-rules.ts'

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
    [
      'mails',
      { first: NONE, port: 587, answered: [asked('mail.test')] },
      { name: 'mail.test', protocol: 'smtp' },
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
      'ip: a name that only the server gives is not shown as declared',
      { address: '2001:db8::99', first: tls('x.test') },
      { name: null, nameSource: 'none' },
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
      expect(judged).toMatchObject({ declaration: 'declared', action: 'allowed', name: null })
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
