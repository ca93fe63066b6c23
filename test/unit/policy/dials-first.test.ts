import { describe, expect, it } from 'vitest'
import { dialsFirst, type FlowFacts } from '../../../runtime/policy/judge-flow.ts'
import { compileRules } from '../../../runtime/policy/rules.ts'
import { asked, cidr, flow, host, ip } from './egress.ts'

const serverFirst = { ports: [25], protocol: 'server-first' } as const
const rules = compileRules([
  host('smtp.test', serverFirst),
  host('relay.test', serverFirst),
  host('mail.test', { ports: [25], protocol: 'smtp' }),
  host('both.test', serverFirst),
  host('both.test', { ports: [25] }),
  host('tls.test', { ports: [25] }),
  ip('203.0.113.25', serverFirst),
  cidr('198.51.100.0/24', serverFirst),
  ip('198.51.100.9', { ports: [25], protocol: 'opaque' }),
])

describe('dialsFirst', () => {
  it.each<[string, Partial<FlowFacts>, boolean]>([
    ['a server-first name', { answered: [asked('smtp.test')] }, true],
    ['a name of mails', { answered: [asked('mail.test')] }, true],
    ['two of them', { answered: [asked('smtp.test'), asked('relay.test')] }, true],
    ['another port', { port: 443, answered: [asked('smtp.test')] }, false],
    ['a name that is declared both ways', { answered: [asked('both.test')] }, false],
    ['a TLS name at the same address', { answered: [asked('smtp.test'), asked('tls.test')] }, false],
    ['an undeclared name at the same address', { answered: [asked('smtp.test'), asked('evil.test')] }, false],
    ['no name', { answered: [] }, false],
    [
      'an inherited one',
      { answered: [{ name: 'mx.test', chain: ['smtp.test'], inheritedPorts: null }] },
      true,
    ],
    ['a server-first address', { address: '203.0.113.25' }, true],
    ['whatever its name', { address: '203.0.113.25', answered: [asked('evil.test')] }, true],
    [
      'unless the name has rules of its own',
      { address: '203.0.113.25', answered: [asked('tls.test')] },
      false,
    ],
    ['a server-first block', { address: '198.51.100.1' }, true],
    ['an address within it that is declared otherwise', { address: '198.51.100.9' }, false],
    ["the recorder's own port", { own: true, answered: [asked('smtp.test')] }, false],
  ])('%s: %s', (_, facts, expected) => {
    const { first: _first, ...known } = flow({ port: 25, ...facts })
    expect(dialsFirst(rules, known)).toBe(expected)
  })
})
