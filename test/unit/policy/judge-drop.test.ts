import { describe, expect, it } from 'vitest'
import { type DropFacts, judgeDrop } from '../../../runtime/policy/judge-drop.ts'
import { compileRules } from '../../../runtime/policy/rules.ts'
import { asked, host, ip } from './egress.ts'

const rules = compileRules([host('api.test'), ip('203.0.113.99')])
const drop = (facts: Partial<DropFacts>): DropFacts => ({
  ...{ address: '203.0.113.7', port: 443, transport: 'udp', answered: [] },
  ...facts,
})

describe('judgeDrop', () => {
  it.each([
    ['20: QUIC to a declared host', { answered: [asked('api.test')] }, 'declared', 'udp', 'api.test'],
    ['19: another port of it', { port: 9, answered: [asked('api.test')] }, 'undeclared', 'udp', 'api.test'],
    ['19: an undeclared host', { answered: [asked('evil.test')] }, 'undeclared', 'udp', 'evil.test'],
    ['19: a raw address', {}, 'undeclared', 'udp', null],
    ['a declared address', { address: '203.0.113.99' }, 'declared', 'udp', null],
    ['several names', { answered: [asked('evil.test'), asked('api.test')] }, 'declared', 'udp', null],
    [
      '21: a ping of a declared host',
      { transport: 'icmp', port: 0, answered: [asked('api.test')] },
      'declared',
      'protocol',
      'api.test',
    ],
    ['21: a ping of anyone', { transport: 'icmp', port: 0 }, 'undeclared', 'protocol', null],
    ['22: SCTP', { transport: 'sctp', port: 9 }, 'undeclared', 'protocol', null],
  ] as const)('%s', (_, facts, declaration, reason, name) => {
    expect(judgeDrop(rules, drop(facts))).toEqual({
      ...{ declaration, action: 'denied', reason, name },
      nameSource: name === null ? 'none' : 'dns_answer',
    })
  })
})
