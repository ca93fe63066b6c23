import { describe, expect, it } from 'vitest'
import type { Declaration, Reason } from '../../../runtime/model/verdict.ts'
import { type Judgement, judgeResolution, type ResolutionFacts } from '../../../runtime/policy/judge-flow.ts'

type Target = Judgement['target']

const named = (resolves: readonly string[] = []): Target => ({ kind: 'name', name: 'api.test', resolves })

function judgement(target: Target, declaration: Declaration = 'declared'): Judgement {
  const reason: Reason = declaration === 'declared' ? 'declared' : 'undeclared'
  const name = target?.kind === 'name' ? target.name : null
  return {
    declaration,
    action: 'allowed',
    reason,
    name,
    nameSource: 'none',
    protocol: 'tls',
    chain: [],
    inspect: 'no',
    requests: null,
    target,
  }
}

/** A declared name with two public addresses, of which the server picked the second. */
function judge(facts: Partial<ResolutionFacts>) {
  const { verdict, dial } = judgeResolution({
    mode: 'enforce',
    judgement: judgement(named()),
    picked: '203.0.113.2',
    pickedIsSinkhole: false,
    pickedAnsweredFor: true,
    resolved: ['203.0.113.1', '203.0.113.2'],
    byProxy: false,
    ...facts,
  })
  return [verdict.declaration, verdict.action, verdict.reason, dial]
}

const DENIED_CLASS = ['undeclared', 'denied', 'address-class', []]

describe('a declared name', () => {
  it.each<[string, Partial<ResolutionFacts>, readonly string[]]>([
    ["the server's own choice goes first", {}, ['203.0.113.2', '203.0.113.1']],
    ['13: only what was resolved now is dialled', { resolved: ['203.0.113.9'] }, ['203.0.113.9']],
    [
      'a sinkhole address leads to the real ones',
      { picked: '198.18.0.5', pickedIsSinkhole: true, pickedAnsweredFor: false },
      ['203.0.113.1', '203.0.113.2'],
    ],
    ['resolved, though we never answered it', { pickedAnsweredFor: false }, ['203.0.113.2', '203.0.113.1']],
    [
      'picked in v4-mapped form',
      { picked: '::ffff:203.0.113.2', pickedAnsweredFor: false },
      ['203.0.113.2', '203.0.113.1'],
    ],
    [
      '12: only public addresses are kept',
      { resolved: ['127.0.0.1', '203.0.113.1', '10.0.0.1'] },
      ['203.0.113.1'],
    ],
    ['each address once', { resolved: ['2001:DB8::1', '2001:db8:0::1'] }, ['2001:db8::1']],
  ])('%s', (_, facts, dial) => {
    expect(judge(facts)).toEqual(['declared', 'allowed', 'declared', dial])
    expect(judge({ ...facts, mode: 'monitor' })).toEqual(['declared', 'allowed', 'declared', dial])
  })

  it.each([
    ['127.0.0.1'],
    ['169.254.169.254'],
    ['192.168.1.1'],
    ['100.64.0.1'],
    ['fe80::1'],
    ['fe80::1%eth0'],
    ['::1'],
    ['0.0.0.0'],
    ['::ffff:127.0.0.1'],
    ['64:ff9b::7f00:1'],
    ['2002:7f00:1::'],
    ['fd00:ec2::254'],
    ['198.18.0.1'],
    ['224.0.0.1'],
  ])('12, 17, 18: that resolves to %s is denied in both modes', (address) => {
    expect(judge({ resolved: [address] })).toEqual(DENIED_CLASS)
    expect(judge({ resolved: [address], mode: 'monitor' })).toEqual(DENIED_CLASS)
  })

  it('may resolve to the blocks that its rule names', () => {
    const inside = judgement(named(['10.0.0.0/8', 'fd00::/8', '169.254.0.0/16', '168.63.0.0/16']))
    const resolved = ['10.1.2.3', 'fd12::1', '192.168.0.1', '127.0.0.1']
    expect(judge({ judgement: inside, resolved })).toEqual([
      'declared',
      'allowed',
      'declared',
      ['10.1.2.3', 'fd12::1'],
    ])
    // 18: metadata is within those blocks, and still never.
    for (const address of ['169.254.169.254', 'fd00:ec2::254', '168.63.129.16', '::ffff:169.254.169.254']) {
      expect(judge({ judgement: inside, resolved: [address] })).toEqual(DENIED_CLASS)
    }
  })

  it('that does not resolve is denied in both modes, and still declared', () => {
    for (const mode of ['enforce', 'monitor'] as const) {
      expect(judge({ resolved: [], mode })).toEqual(['declared', 'denied', 'unresolved', []])
    }
  })
})

describe('23, 52: an address that the name does not have', () => {
  const stranger = { picked: '203.0.113.66', pickedAnsweredFor: false }
  it('is denied in enforce', () => {
    expect(judge(stranger)).toEqual(['undeclared', 'denied', 'name-mismatch', []])
    expect(judge({ ...stranger, resolved: [] })).toEqual(['undeclared', 'denied', 'name-mismatch', []])
  })
  it('is where monitor goes, if it is public', () => {
    const expected = ['undeclared', 'allowed', 'name-mismatch', ['203.0.113.66']]
    expect(judge({ ...stranger, mode: 'monitor' })).toEqual(expected)
    expect(judge({ ...stranger, mode: 'monitor', resolved: [] })).toEqual(expected)
    expect(judge({ ...stranger, mode: 'monitor', picked: '10.0.0.1' })).toEqual(DENIED_CLASS)
  })
  it('keeps the reason that monitor already had', () => {
    const undeclared = judgement(named(), 'undeclared')
    expect(judge({ ...stranger, mode: 'monitor', judgement: undeclared })).toEqual([
      ...['undeclared', 'allowed', 'undeclared'],
      ['203.0.113.66'],
    ])
  })
})

describe('a name that a proxy takes', () => {
  const taken = { byProxy: true, resolved: [] }
  it('is asked of it by its name, whatever it would resolve to', () => {
    const sinkhole = { picked: '198.18.0.5', pickedIsSinkhole: true, pickedAnsweredFor: false }
    for (const facts of [taken, { ...taken, ...sinkhole }]) {
      expect(judge(facts)).toEqual(['declared', 'allowed', 'declared', ['api.test']])
    }
  })
  it('goes with no address that it was not answered with', () => {
    const stranger = { ...taken, picked: '203.0.113.66', pickedAnsweredFor: false }
    expect(judge(stranger)).toEqual(['undeclared', 'denied', 'name-mismatch', []])
    expect(judge({ ...stranger, mode: 'monitor' })).toEqual([
      ...['undeclared', 'allowed', 'name-mismatch'],
      ['203.0.113.66'],
    ])
  })
})

describe('an undeclared name in monitor', () => {
  it.each<[readonly string[], readonly unknown[]]>([
    [['203.0.113.2'], ['undeclared', 'allowed', 'undeclared', ['203.0.113.2']]],
    [['10.0.0.1'], DENIED_CLASS],
    [[], ['undeclared', 'denied', 'unresolved', []]],
  ])('that resolves to %j', (resolved, expected) => {
    expect(judge({ mode: 'monitor', judgement: judgement(named(), 'undeclared'), resolved })).toEqual(
      expected,
    )
  })
})

describe('an address as the target', () => {
  it.each<[string, Declaration, boolean]>([
    ['203.0.113.7', 'declared', true],
    ['10.9.8.7', 'declared', true],
    ['169.254.169.254', 'declared', false],
    ['64:ff9b::a9fe:a9fe', 'declared', false],
    ['203.0.113.7', 'undeclared', true],
    ['10.9.8.7', 'undeclared', false],
    ['127.0.0.1', 'undeclared', false],
    ['198.18.0.5', 'undeclared', false],
    ['169.254.169.254', 'undeclared', false],
  ])('%s, %s, in monitor: dialled %s', (address, declaration, dialled) => {
    const facts = judgement({ kind: 'address', address }, declaration)
    const expected = dialled ? [declaration, 'allowed', facts.reason, [address]] : DENIED_CLASS
    expect(judge({ mode: 'monitor', judgement: facts, picked: address, resolved: [] })).toEqual(expected)
  })
})

it("a service on the host's loopback is dialled there", () => {
  const facts = judgement({ kind: 'host-loopback', port: 3000 })
  expect(judge({ judgement: facts, picked: '127.0.0.1', resolved: [] })).toEqual([
    ...['declared', 'allowed', 'declared'],
    ['127.0.0.1', '::1'],
  ])
})

it('what was denied stays denied', () => {
  const facts: Judgement = { ...judgement(null, 'undeclared'), action: 'denied', reason: 'raw-ip' }
  expect(judge({ judgement: facts })).toEqual(['undeclared', 'denied', 'raw-ip', []])
})
