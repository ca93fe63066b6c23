import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildTapProgram, type TapProgram } from '../../fixtures/tap/in-namespace.ts'

let tap: TapProgram
beforeAll(() => {
  tap = buildTapProgram()
})
afterAll(() => tap.remove())

describe.each(['root', 'plain'] as const)('a namespace as the tap makes it, as %s', (user) => {
  it('has lo alone, the recorder’s addresses, and lets nothing by that no rule names', () => {
    expect(tap.run(user, 'shown')).toEqual({
      links: 1,
      addresses: ['100.64.0.2/32', '127.0.0.1/8', '::1/128', 'fd00::2/128'],
      rules: ['policy drop'],
    })
  })

  it('hands over TCP to any address and port with what was dialled intact', () => {
    const targets = [
      ['203.0.113.7', 443],
      ['2001:db8::7', 443],
      ['::ffff:203.0.113.8', 80],
      ['10.0.0.1', 1],
      ['169.254.169.254', 80],
      ['255.0.0.1', 65_535],
      ['fe80::1%lo', 22],
      ['198.18.0.1', 15_001],
    ]
    expect(tap.run(user, 'captured', targets)).toEqual([
      '::ffff:203.0.113.7 443',
      '2001:db8::7 443',
      '::ffff:203.0.113.8 80',
      '::ffff:10.0.0.1 1',
      '::ffff:169.254.169.254 80',
      '::ffff:255.0.0.1 65535',
      'fe80::1 22',
      '::ffff:198.18.0.1 15001',
    ])
  })

  it('answers datagrams to port 53 from the address that was meant', () => {
    const servers = ['8.8.8.8', '127.0.0.53', '100.64.0.2', '2001:4860:4860::8888', 'fd00::2', '::1']
    expect(tap.run(user, 'answered', servers)).toEqual(
      servers.map((server) => `hello to ${server} from ${server} 53`),
    )
  })

  it('drops other datagrams, and counts each under its destination', () => {
    const targets = [
      ['203.0.113.7', 443, 3],
      ['203.0.113.7', 444, 1],
      ['2001:db8::7', 443, 2],
      ['224.0.0.251', 5353, 1],
    ]
    // Payload of five bytes, and the headers of UDP and IP.
    expect(tap.run(user, 'dropped', targets)).toEqual({
      total: 7,
      rows: [
        'udp 2001:db8::7 443 2 106',
        'udp 203.0.113.7 443 3 99',
        'udp 203.0.113.7 444 1 33',
        'udp 224.0.0.251 5353 1 33',
      ],
    })
  })

  it('leaves the loopback to the server, declared ports of the host aside', () => {
    expect(tap.run(user, 'loopback', { taken: 5432, free: 5433 })).toEqual({
      taken: ['::ffff:127.0.0.1 5432', '::1 5432'],
      free: 'own',
    })
  })
})
