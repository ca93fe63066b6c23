import { expect, test } from 'vitest'
import type { SinkRule } from '../../../runtime/model/profile.ts'
import { judgeRequest, matchingSinks, type RequestFacts } from '../../../runtime/policy/judge-request.ts'

const FACTS: RequestFacts = {
  mode: 'enforce',
  name: 'api.test',
  port: 443,
  scheme: 'https',
  method: 'GET',
  target: '/',
  hosts: ['api.test'],
  headers: [],
  bodyBytes: 0,
  switches: false,
  requests: null,
}

const judged = (facts: Partial<RequestFacts>) => judgeRequest({ ...FACTS, ...facts })

test.each<[string, Partial<RequestFacts>]>([
  ['any request where none is named', { method: 'DELETE', target: '/anything?x=1' }],
  ['the host in capitals, with its dot and port', { hosts: ['API.TEST.:443'] }],
  ['no Host at all, as in HTTP/1.0', { hosts: [] }],
  ['OPTIONS for the whole server', { method: 'OPTIONS', target: '*' }],
])('declared: %s', (_, facts) => {
  expect(judged(facts)).toEqual({ declaration: 'declared', action: 'allowed', reason: 'declared' })
})

test.each<[string, Partial<RequestFacts>]>([
  ['another host', { hosts: ['evil.test'] }],
  ['another port', { hosts: ['api.test:8443'] }],
  ['a user before the host', { hosts: ['api.test@evil.test'] }],
  ['a longer name', { hosts: ['api.test.evil.test'] }],
  ['a NUL', { hosts: ['api.test\0.evil.test'] }],
  ['an address', { hosts: ['203.0.113.7'] }],
])('mismatch: %s, which monitor flags and lets through', (_, facts) => {
  expect(judged(facts)).toEqual({
    declaration: 'undeclared',
    action: 'denied',
    reason: 'request-mismatch',
  })
  expect(judged({ ...facts, mode: 'monitor' })).toMatchObject({ action: 'allowed' })
})

test.each<[string, Partial<RequestFacts>, string]>([
  ['an absolute target elsewhere', { target: 'http://evil.test/' }, 'request-mismatch'],
  ['an absolute target with a user', { target: 'https://api.test@evil.test/' }, 'request-mismatch'],
  ['an absolute target to the host itself', { target: 'https://api.test/' }, 'malformed'],
  ['two Host fields', { hosts: ['api.test', 'evil.test'] }, 'malformed'],
  ['two equal Host fields', { hosts: ['api.test', 'api.test'] }, 'malformed'],
  ['CONNECT', { method: 'CONNECT', target: 'evil.test:443' }, 'malformed'],
  ['a method with a blank', { method: 'GET /', target: '/' }, 'malformed'],
  ['a target without a slash', { target: 'evil.test' }, 'malformed'],
])('denied in both modes: %s', (_, facts, reason) => {
  for (const mode of ['enforce', 'monitor'] as const) {
    expect(judged({ ...facts, mode })).toEqual({ declaration: 'undeclared', action: 'denied', reason })
  }
})

const REQUESTS = [
  { methods: ['POST'], paths: ['/email', '/email/*'] },
  { methods: ['GET'], paths: ['/stats/**', '/server'] },
]

test.each<[string, string, boolean]>([
  ['POST', '/email', true],
  ['POST', '/email?x=1', true],
  ['POST', '/email/batch', true],
  ['POST', '/em%61il', true],
  ['GET', '/stats', true],
  ['GET', '/stats/a/b/c', true],
  ['GET', '/server', true],
  ['GET', '/email', false],
  ['post', '/email', false],
  ['PATCH', '/server', false],
  ['POST', '/email/', false],
  ['POST', '/email/a/b', false],
  ['POST', '/Email', false],
  ['POST', '/email/../webhooks', false],
  ['POST', '/email/%2e%2e/webhooks', false],
  ['POST', '/email/..%2fwebhooks', false],
  ['POST', '/email/..\\webhooks', false],
  ['POST', '//email', false],
  ['POST', '/email;/../webhooks', false],
  ['POST', '/email#x', false],
  ['POST', '/email/x%00', false],
  ['POST', '/email/%zz', false],
])('%s %s: declared %s', (method, target, isDeclared) => {
  const { reason, action } = judged({ method, target, requests: REQUESTS })
  expect({ reason, action }).toEqual(
    isDeclared
      ? { reason: 'declared', action: 'allowed' }
      : { reason: 'request-undeclared', action: 'denied' },
  )
})

const SINK: SinkRule = {
  host: 'api.test',
  methods: ['POST'],
  path: '/email/**',
  field: '**',
  values: 'destinations',
  allow: ['call-arguments'],
  onUnexplained: 'block',
}

test.each<[string, string, string, boolean]>([
  ['api.test', 'POST', '/email', true],
  ['api.test', 'POST', '/email/', true],
  ['api.test', 'POST', '/EMAIL/batch?x=1', true],
  ['api.test', 'post', '/email', true],
  ['api.test', 'PUT', '/other/../email', true],
  ['api.test', 'POST', '//email', true],
  ['api.test', 'GET', '/email', false],
  ['api.test', 'POST', '/emails', false],
  ['other.test', 'POST', '/email', false],
])('a sink and %s %s %s: %s', (host, method, target, falls) => {
  expect(matchingSinks([SINK], { host, method, target })).toEqual(falls ? [{ index: 0, sink: SINK }] : [])
})

test.each([
  ['/', '/', true],
  ['/', '/?a=1', true],
  ['/', '/email', false],
  ['/email/', '/email', true],
  ['/Email', '/email/', true],
])('a sink at %s, a request for %s', (path, target, falls) => {
  const found = matchingSinks([{ ...SINK, path }], { host: 'api.test', method: 'POST', target })
  expect(found.length > 0).toBe(falls)
})
