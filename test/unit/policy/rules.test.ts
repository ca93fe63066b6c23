import { describe, expect, it } from 'vitest'
import {
  addressRules,
  compileRules,
  declaredPorts,
  hostRules,
  queryRules,
} from '../../../runtime/policy/rules.ts'
import { cidr, host, hostLoopback, ip } from './egress.ts'
import { seededRandom } from './seeded-random.ts'

const matches = (pattern: string, name: string): boolean =>
  hostRules(compileRules([host(pattern)]), name).length > 0

describe('host rules', () => {
  it.each([
    ['api.test', 'api.test', true],
    ['api.test', 'evil-api.test', false],
    ['api.test', 'api.test.evil.test', false],
    ['api.test', 'x.api.test', false],
    ['*.api.test', 'x.api.test', true],
    ['*.api.test', 'y.x.api.test', true],
    ['*.api.test', 'api.test', false],
    ['*.api.test', 'evilapi.test', false],
    ['*.api.test', 'x.evilapi.test', false],
    ['*.api.test', 'x.api.test.evil.test', false],
    ['*.api.test', '', false],
    // The loader refuses these; if one came through all the same, it would declare nothing.
    ['*', 'evil.test', false],
    ['*.', 'evil.test', false],
    ['*', '', false],
    ['a.*.test', 'a.b.test', false],
    ['*api.test', 'evilapi.test', false],
    ['API.test', 'api.test', false],
  ])('%s on %s: %s', (pattern, name, found) => {
    expect(matches(pattern, name)).toBe(found)
  })

  it('take a wildcard for one or more whole labels and nothing else, for any name', () => {
    const random = seededRandom(3)
    const label = (): string => Array.from({ length: 1 + random(3) }, () => 'ab-'[random(3)]).join('')
    const name = (count: number): string => Array.from({ length: count }, label).join('.')
    let hits = 0
    for (let round = 0; round < 20_000; round++) {
      const zone = name(1 + random(2))
      const asked = random(2) === 0 ? name(1 + random(4)) : `${name(1 + random(3))}${'.-'[random(2)]}${zone}`
      const inZone = asked.endsWith(`.${zone}`) && asked.length > zone.length + 1
      hits += inZone ? 1 : 0
      expect([zone, asked, matches(`*.${zone}`, asked)]).toEqual([zone, asked, inZone])
      expect([zone, asked, matches(zone, asked)]).toEqual([zone, asked, zone === asked])
    }
    expect(hits).toBeGreaterThan(1_000)
  })

  it('put the exact one first, then wildcards from near to far', () => {
    const rules = compileRules([host('*.test'), host('*.api.test'), host('v1.api.test')])
    expect(hostRules(rules, 'v1.api.test').map((rule) => rule.host)).toEqual([
      'v1.api.test',
      '*.api.test',
      '*.test',
    ])
  })

  it('give each declared port with the rule that says so first', () => {
    const rules = compileRules([
      host('*.test', { ports: [443, 8443] }),
      host('api.test', { ports: [443], protocol: 'opaque' }),
      host('api.test', { ports: [80], protocol: 'http' }),
    ])
    const ports = declaredPorts(rules, 'api.test')
    expect([...ports].map(([port, rule]) => [port, rule.protocol])).toEqual([
      [443, 'opaque'],
      [80, 'http'],
      [8443, 'tls'],
    ])
    expect(declaredPorts(rules, 'api.example').size).toBe(0)
  })
})

describe('queryRules', () => {
  const rules = compileRules([host('db.test'), host('*.zone.test')])
  it.each([
    ['db.test', true],
    ['_mongodb._tcp.db.test', true],
    ['_sip._udp.db.test', true],
    ['_443._tcp.db.test', true],
    ['_mongodb._tcp.a.zone.test', true],
    ['_mongodb._tcp.evil.test', false],
    ['_tcp.db.test', false],
    ['_x._y._tcp.db.test', false],
    ['_mongodb._evil.db.test', false],
    ['mongodb._tcp.db.test', false],
    ['_sixteen-letters-._tcp.db.test', false],
    ['_sixteenletters16._tcp.db.test', false],
    ['x.db.test', false],
  ])('%s: %s', (name, found) => {
    expect(queryRules(rules, name).length > 0).toBe(found)
  })
})

describe('addressRules', () => {
  const rules = compileRules([
    ip('203.0.113.7', { ports: [4444] }),
    ip('::ffff:203.0.113.8'),
    cidr('10.0.0.0/8', { ports: [5432] }),
    cidr('2001:db8:1::/48'),
    hostLoopback([3000]),
    cidr('nonsense'),
    ip('0x7f.1'),
  ])
  it.each([
    ['203.0.113.7', 4444, ['ip']],
    ['203.0.113.7', 443, []],
    ['203.0.113.8', 443, ['ip']],
    ['10.20.30.40', 5432, ['cidr']],
    ['10.20.30.40', 443, []],
    ['11.0.0.1', 5432, []],
    ['2001:db8:1::5', 443, ['cidr']],
    ['2001:db8:2::5', 443, []],
    ['127.0.0.1', 3000, ['host-loopback']],
    ['127.9.9.9', 3000, ['host-loopback']],
    ['::1', 3000, ['host-loopback']],
    ['127.0.0.1', 3001, []],
    ['128.0.0.1', 3000, []],
    ['nonsense', 443, []],
  ])('%s port %i: %j', (address, port, kinds) => {
    expect(addressRules(rules, address, port).map((rule) => rule.kind)).toEqual(kinds)
  })
})
