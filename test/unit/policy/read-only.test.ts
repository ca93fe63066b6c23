import { describe, expect, it, test } from 'vitest'
import type { EgressRule, RequestRule } from '../../../runtime/model/profile.ts'
import { type FlowFacts, judgeFlow } from '../../../runtime/policy/judge-flow.ts'
import { judgeRequest, type RequestFacts } from '../../../runtime/policy/judge-request.ts'
import { readOnlyEgress } from '../../../runtime/policy/read-only.ts'
import { compileRules } from '../../../runtime/policy/rules.ts'
import { cidr, host, hostLoopback, ip } from './egress.ts'

const SAFE = ['GET', 'HEAD', 'OPTIONS']
const SEARCH: RequestRule = { methods: ['POST'], paths: ['/v1/search'] }

test.each<[string, Partial<Extract<EgressRule, { kind: 'host' }>>, unknown]>([
  ['any request', {}, [{ methods: SAFE, paths: ['/**'] }]],
  [
    'declared ones',
    {
      requests: [
        { methods: ['GET', 'POST'], paths: ['/a'] },
        { methods: ['PUT'], paths: ['/b'] },
        { methods: [], paths: ['/c/**'] },
      ],
    },
    [
      { methods: ['GET'], paths: ['/a'] },
      { methods: SAFE, paths: ['/c/**'] },
    ],
  ],
  ['nothing that reads', { requests: [{ methods: ['POST'], paths: ['/a'] }] }, []],
  ['a search by POST, which stays beside them', { requests: [], reads: [SEARCH] }, []],
])('%s', (_, fields, requests) => {
  const rule = { ...host('a.test'), ...fields } as EgressRule
  expect(readOnlyEgress([rule])).toEqual([{ ...rule, inspect: 'required', requests }])
})

const UNREADABLE = [
  ip('203.0.113.7'),
  cidr('10.0.0.0/8'),
  hostLoopback([443]),
  host('a.test', { protocol: 'opaque' }),
]

test('what cannot be read stays, to be refused by its reason', () => {
  expect(readOnlyEgress(UNREADABLE)).toEqual(UNREADABLE)
})

describe('connections', () => {
  const FACTS: FlowFacts = {
    mode: 'read-only',
    address: '203.0.113.7',
    port: 443,
    first: { kind: 'tls', sni: 'a.test' },
    answered: [{ name: 'a.test', chain: [], inheritedPorts: null }],
    own: false,
  }
  const judged = (rules: readonly EgressRule[], facts: Partial<FlowFacts> = {}) =>
    judgeFlow(compileRules(rules), { ...FACTS, ...facts })

  it('are read, even where the profile asks for no reading', () => {
    expect(judged([host('a.test')])).toMatchObject({
      action: 'allowed',
      inspect: 'required',
      requests: [{ methods: SAFE, paths: ['/**'] }],
    })
  })

  it('have what the profile calls reads, as in every other mode', () => {
    const requests = [{ methods: ['GET', 'PUT'], paths: ['/a'] }]
    const rule = { ...host('a.test'), inspect: 'required', requests, reads: [SEARCH] } as EgressRule
    expect(judged([rule]).requests).toEqual([{ methods: ['GET'], paths: ['/a'] }, SEARCH])
    expect(judged(readOnlyEgress([rule])).requests).toEqual([{ methods: ['GET'], paths: ['/a'] }, SEARCH])
    expect(judged([rule], { mode: 'enforce' }).requests).toEqual([...requests, SEARCH])
  })

  it.each<[string, readonly EgressRule[], Partial<FlowFacts>]>([
    ['an opaque one', [host('a.test', { protocol: 'opaque' })], { first: { kind: 'unknown' } }],
    ['TLS to what is declared opaque', [host('a.test', { protocol: 'opaque' })], {}],
    [
      'a server that speaks first',
      [host('a.test', { protocol: 'server-first' })],
      { first: { kind: 'none' } },
    ],
    [
      'the opaque one of two on a port',
      [host('a.test'), host('a.test', { protocol: 'opaque' })],
      { first: { kind: 'unknown' } },
    ],
    ['an address', [ip('203.0.113.7')], { answered: [], first: { kind: 'tls', sni: null } }],
    ['a block', [cidr('203.0.113.0/24')], { answered: [], first: { kind: 'tls', sni: null } }],
    [
      "a port of the host's loopback",
      [hostLoopback([443])],
      { address: '127.0.0.1', answered: [], first: { kind: 'unknown' } },
    ],
  ])('denied: %s', (_, rules, facts) => {
    expect(judged(rules, facts)).toMatchObject({ action: 'denied', reason: 'read-only', target: null })
    expect(judged(rules, { ...facts, mode: 'enforce' })).toMatchObject({ action: 'allowed' })
  })

  it('to what is not declared go nowhere, as ever', () => {
    expect(judged([])).toMatchObject({ action: 'denied', reason: 'undeclared' })
  })
})

describe('requests', () => {
  const requests = [{ methods: SAFE, paths: ['/**'] }, SEARCH]
  const FACTS: RequestFacts = {
    ...{ mode: 'read-only', name: 'api.test', port: 443, scheme: 'https', hosts: ['api.test'] },
    ...{ method: 'GET', target: '/', headers: [], bodyBytes: 0, switches: false, requests },
  }
  const post = { method: 'POST', target: '/v1/search', bodyBytes: 20 }

  it.each<[string, Partial<RequestFacts>]>([
    ['GET of any path', { target: '/a//b%2fc/../d?x=1' }],
    ['HEAD', { method: 'HEAD' }],
    ['OPTIONS for the whole server', { method: 'OPTIONS', target: '*' }],
    [
      'what asks before another request',
      { method: 'OPTIONS', headers: [['Access-Control-Request-Method', 'PUT']] },
    ],
    ['GET with `null` for no body', { bodyBytes: 4 }],
    ['a read by POST', post],
    ['the same in another spelling of its letters', { ...post, target: '/v1/%73earch' }],
    ['the same in chunks', { ...post, bodyBytes: null }],
    ['a word that begins like a verb', { target: '/?verbose=put', headers: [['X-Verbose', 'delete']] }],
    ['a method that is none of HTTP', { target: '/pay?payment_method=card&method=search' }],
  ])('allowed: %s', (_, facts) => {
    expect(judgeRequest({ ...FACTS, ...facts })).toMatchObject({ action: 'allowed', reason: 'declared' })
  })

  it.each<[string, Partial<RequestFacts>]>([
    ['POST', { method: 'POST' }],
    ['DELETE', { method: 'DELETE' }],
    ['a method in small letters', { method: 'get' }],
    ['TRACE', { method: 'TRACE' }],
    ['QUERY, which not every server knows', { method: 'QUERY' }],
    ['POST above a read', { ...post, target: '/v1/search/x' }],
    ['POST beside a read, by dots', { ...post, target: '/v1/search/../pages' }],
    ['the same with percent signs', { ...post, target: '/v1/search%2f..%2fpages' }],
    ['the same twice', { ...post, target: '/v1/search%252f..%252fpages' }],
    ['a path with parameters', { ...post, target: '/v1/search;/../pages' }],
    ['a read in capitals', { ...post, target: '/v1/SEARCH' }],
    ['a read with a slash more', { ...post, target: '/v1/search/' }],
    ['GET with a body', { bodyBytes: 5 }],
    ['GET with a body of unknown length', { bodyBytes: null }],
    ['a WebSocket', { switches: true }],
    ...[
      ['X-HTTP-Method-Override', 'DELETE'],
      ['x-http-method-override', 'GET'],
      ['X-HTTP-Method', 'PUT'],
      ['X-Method-Override', 'PATCH'],
      ['X-HTTP-Verb', 'PATCH'],
      ['X_HTTP_METHOD_OVERRIDE', 'DELETE'],
      ['X-Original-URL', '/v1/pages'],
      ['x-rewrite-url', '/v1/pages'],
    ].flatMap(([name = '', value = '']): [string, Partial<RequestFacts>][] => [
      [`${name} on GET`, { headers: [[name, value]] }],
      [`${name} on a read by POST`, { ...post, headers: [[name, value]] }],
    ]),
    ['_method', { target: '/?_method=DELETE' }],
    ['_method in disguise', { target: '/?a=1&%5Fmethod=d%65lete' }],
    ['a verb', { target: '/?verb=DELETE' }],
    ['_method in quotes, behind a zero byte', { target: '/?_method=%00%22DELETE%22' }],
    ['_method behind a semicolon', { target: '/?a=1;_METHOD=+put' }],
    ['_method on a read', { ...post, target: '/v1/search?_method=delete' }],
  ])('denied: %s', (_, facts) => {
    expect(judgeRequest({ ...FACTS, ...facts })).toMatchObject({ action: 'denied', reason: 'read-only' })
  })

  it('says of a GET that the profile does not name just that', () => {
    const named = { ...FACTS, requests: [{ methods: ['GET'], paths: ['/a'] }], target: '/b' }
    expect(judgeRequest(named)).toMatchObject({ action: 'denied', reason: 'request-undeclared' })
  })
})
