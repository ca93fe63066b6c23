import { describe, expect, it } from 'vitest'
import type { Reason } from '../../../runtime/model/verdict.ts'
import { type FlowFacts, judgeFlow } from '../../../runtime/policy/judge-flow.ts'
import { compileRules } from '../../../runtime/policy/rules.ts'
import { asked, flow, host, http, NONE, tls, UNKNOWN } from './egress.ts'

import { rules, via } from './flow-rules.ts'

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
