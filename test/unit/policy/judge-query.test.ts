import { describe, expect, it } from 'vitest'
import { judgeQuery, type QueryFacts } from '../../../runtime/policy/judge-query.ts'
import { compileRules } from '../../../runtime/policy/rules.ts'
import { host } from './egress.ts'

const rules = compileRules([host('api.test'), host('*.zone.test')])
const query = (facts: Partial<QueryFacts>): QueryFacts => ({
  name: 'evil.test',
  type: 'A',
  inherited: false,
  own: false,
  ...facts,
})

describe('a declared name is resolved in either mode, whatever the type', () => {
  it.each([
    [{ name: 'api.test' }],
    [{ name: 'api.test', type: 'TXT' }],
    [{ name: 'a.b.zone.test', type: 'AAAA' }],
    [{ name: '_mongodb._tcp.api.test', type: 'SRV' }],
    [{ name: 'edge.cdn.test', inherited: true }],
  ])('%j', (facts) => {
    for (const mode of ['enforce', 'monitor'] as const) {
      expect(judgeQuery(rules, mode, query(facts))).toEqual({
        declaration: 'declared',
        action: 'allowed',
        reason: 'declared',
        respond: 'resolve',
      })
    }
  })
})

describe('an undeclared name', () => {
  it.each([
    [{ type: 'A' }, 'sinkhole'],
    [{ type: 'AAAA' }, 'sinkhole'],
    [{ name: 'mztgk43u.evil.test', type: 'TXT' }, 'refuse'],
    [{ type: 'NULL' }, 'refuse'],
    [{ type: 'MX' }, 'refuse'],
    [{ type: 'ANY' }, 'refuse'],
    [{ type: 'SVCB' }, 'refuse'],
    [{ type: 'HTTPS' }, 'refuse'],
    [{ type: 'TYPE65280' }, 'refuse'],
    [{ name: '7.113.0.203.in-addr.arpa', type: 'PTR' }, 'refuse'],
    [{ name: '', type: 'NS' }, 'refuse'],
    [{ name: 'zone.test' }, 'sinkhole'],
    [{ name: 'evil-api.test' }, 'sinkhole'],
    [{ name: 'api.test.evil.test' }, 'sinkhole'],
    // Homograph: a Cyrillic letter in api.test.
    [{ name: 'xn--pi-6kc.test' }, 'sinkhole'],
  ] as const)('never goes up in enforce: %j', (facts, respond) => {
    expect(judgeQuery(rules, 'enforce', query(facts))).toEqual({
      declaration: 'undeclared',
      action: 'denied',
      reason: 'dns-undeclared',
      respond,
    })
    expect(judgeQuery(rules, 'monitor', query(facts))).toEqual({
      declaration: 'undeclared',
      action: 'allowed',
      reason: 'dns-undeclared',
      respond: 'resolve',
    })
  })
})

it("the sandbox's own names are answered from the sandbox", () => {
  for (const mode of ['enforce', 'monitor'] as const) {
    expect(judgeQuery(rules, mode, query({ name: 'localhost', own: true }))).toEqual({
      declaration: 'declared',
      action: 'allowed',
      reason: 'declared',
      respond: 'own',
    })
  }
})
