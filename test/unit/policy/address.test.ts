import { isIP } from 'node:net'
import { describe, expect, it } from 'vitest'
import { canonicalAddress, classifyAddress, inCidr, parseCidr } from '../../../runtime/policy/address.ts'
import { seededRandom } from './seeded-random.ts'

describe('canonicalAddress', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::', '::'],
    ['::1', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['fe80::', 'fe80::'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['64:ff9b::203.0.113.7', '64:ff9b::cb00:7107'],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical)
  })

  it.each([
    ['0x7f.1'],
    ['2130706433'],
    ['0177.0.0.1'],
    ['0'],
    ['127.1'],
    ['127.0.0.01'],
    ['256.0.0.1'],
    ['1.2.3.4.5'],
    ['1.2.3.'],
    [' 1.2.3.4'],
    ['1.2.3.4\n'],
    ['١.2.3.4'],
    [''],
    [':'],
    [':::'],
    ['1::2::3'],
    ['1:2:3:4:5:6:7'],
    ['1:2:3:4:5:6:7:8:9'],
    ['1:2:3:4::5:6:7:8'],
    ['::12345'],
    ['::g'],
    ['fe80::1%eth0'],
    ['[::1]'],
    ['::1.2.3.4:5'],
    ['1.2.3.4::'],
    ['::ffff:0177.0.0.1'],
    [':1:2:3:4:5:6:7'],
    ['1:2:3:4:5:6:7:'],
    [`::${'0'.repeat(60)}1`],
  ])('%j is no address', (text) => {
    expect(canonicalAddress(text)).toBeNull()
  })

  it('takes what the system takes, gives one text, and is stable', () => {
    const random = seededRandom(0x5eed)
    const alphabet = ['0', '1', 'f', 'ffff', 'db8', ':', '::', '.', '255', '127', '%', '00']
    for (let round = 0; round < 20_000; round++) {
      const text = Array.from({ length: 1 + random(12) }, () => alphabet[random(alphabet.length)]).join('')
      const canonical = canonicalAddress(text)
      expect([text, canonical !== null]).toEqual([text, isIP(text) !== 0 && !text.includes('%')])
      if (canonical !== null) expect(canonicalAddress(canonical)).toBe(canonical)
    }
  })

  it('gives the text that a URL gives, for any words', () => {
    const random = seededRandom(7)
    for (let round = 0; round < 2_000; round++) {
      const words = Array.from({ length: 8 }, () => (random(2) === 0 ? 0 : random(65_536)).toString(16))
      const text = words.join(':')
      expect(`[${canonicalAddress(`2001:${text.slice(text.indexOf(':') + 1)}`)}]`).toBe(
        new URL(`http://[2001:${text.slice(text.indexOf(':') + 1)}]/`).hostname,
      )
    }
  })
})

describe('classifyAddress', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['192.0.2.1', 'public'],
    ['198.51.100.1', 'public'],
    ['203.0.113.1', 'public'],
    ['2001:db8::1', 'public'],
    ['3fff::1', 'public'],
    ['2606:4700::1111', 'public'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['10.255.255.255', 'private'],
    ['11.0.0.0', 'public'],
    ['100.63.255.255', 'public'],
    ['100.64.0.1', 'cgnat'],
    ['100.127.255.255', 'cgnat'],
    ['100.128.0.0', 'public'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.255', 'loopback'],
    ['169.254.1.1', 'link-local'],
    ['172.15.255.255', 'public'],
    ['172.16.0.0', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.0', 'public'],
    ['192.0.0.8', 'reserved'],
    ['192.88.99.1', 'reserved'],
    ['192.168.1.1', 'private'],
    ['198.17.255.255', 'public'],
    ['198.18.0.1', 'reserved'],
    ['198.19.255.255', 'reserved'],
    ['198.20.0.0', 'public'],
    ['224.0.0.251', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['100::1', 'reserved'],
    ['2001:2::1', 'reserved'],
    ['4000::1', 'reserved'],
    ['5f00::1', 'reserved'],
    ['fc00::1', 'private'],
    ['fdff::1', 'private'],
    ['fe80::1', 'link-local'],
    ['febf::1', 'link-local'],
    ['fec0::1', 'private'],
    ['ff02::fb', 'multicast'],
    ['not an address', 'reserved'],
    ['fe80::1%eth0', 'reserved'],
  ])('%s is %s', (address, found) => {
    expect(classifyAddress(address)).toBe(found)
  })

  it.each([
    ['169.254.169.254'],
    ['169.254.170.2'],
    ['169.254.170.23'],
    ['168.63.129.16'],
    ['192.0.0.192'],
    ['100.100.100.200'],
    ['fd00:ec2::254'],
    ['fd20:ce::254'],
    ['fe80::a9fe:a9fe'],
  ])('%s is metadata', (address) => {
    expect(classifyAddress(address)).toBe('metadata')
  })

  const EMBEDDING = [
    ['v4-mapped', (v4: string) => `::ffff:${v4}`],
    ['v4-compatible', (v4: string) => `::${v4}`],
    ['v4-translated', (v4: string) => `::ffff:0:${v4}`],
    ['NAT64', (v4: string) => `64:ff9b::${v4}`],
    ['local NAT64, /96', (v4: string) => `64:ff9b:1:5::${v4}`],
    ['local NAT64, /48', (v4: string) => `64:ff9b:1:${hex(v4, 0, 1)}:${hex(v4, -1, 2)}:${hex(v4, 3, -1)}::`],
    ['local NAT64, /56', (v4: string) => `64:ff9b:1:${hex(v4, -1, 0)}:${hex(v4, -1, 1)}:${hex(v4, 2, 3)}::`],
    [
      'local NAT64, /64',
      (v4: string) => `64:ff9b:1:0:${hex(v4, -1, 0)}:${hex(v4, 1, 2)}:${hex(v4, 3, -1)}:0`,
    ],
    ['6to4', (v4: string) => `2002:${hex(v4, 0, 1)}:${hex(v4, 2, 3)}::1`],
    ['Teredo client', (v4: string) => `2001:0:cb00:7107:0:0:${turned(v4, 0, 1)}:${turned(v4, 2, 3)}`],
    [
      'Teredo server',
      (v4: string) => `2001:0:${hex(v4, 0, 1)}:${hex(v4, 2, 3)}:0:0:${turned('203.0.113.7', 0, 1)}:8ef8`,
    ],
    ['ISATAP', (v4: string) => `2001:db8::5efe:${v4}`],
    ['ISATAP, universal', (v4: string) => `2001:db8::200:5efe:${v4}`],
  ] as const

  describe.each(EMBEDDING)('%s', (_, embed) => {
    it.each([
      ['127.0.0.1', 'loopback'],
      ['10.0.0.1', 'private'],
      ['192.168.3.4', 'private'],
      ['100.64.0.1', 'cgnat'],
      ['169.254.7.8', 'link-local'],
      ['169.254.169.254', 'metadata'],
      ['168.63.129.16', 'metadata'],
      ['224.0.0.1', 'multicast'],
      ['198.18.0.1', 'reserved'],
      ['203.0.113.7', 'public'],
    ])(`of %s is %s`, (v4, found) => {
      expect(classifyAddress(embed(v4))).toBe(found)
    })
  })

  it('judges by the gravest of what an address holds', () => {
    expect(classifyAddress('fe80::5efe:203.0.113.7')).toBe('link-local')
    expect(classifyAddress('2002:a00:1::5efe:127.0.0.1')).toBe('loopback')
    expect(classifyAddress('64:ff9b:1:7f00:0:100:808:808')).toBe('loopback')
    expect(classifyAddress('64:ff9b:1::')).toBe('unspecified')
  })
})

describe('parseCidr and inCidr', () => {
  it.each([
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.0.0.0', '10.0.0.0/8', false],
    ['10.0.0.1', '10.9.9.9/8', true],
    ['203.0.113.129', '203.0.113.128/25', true],
    ['203.0.113.127', '203.0.113.128/25', false],
    ['203.0.113.7', '203.0.113.7/32', true],
    ['203.0.113.8', '203.0.113.7/32', false],
    ['8.8.8.8', '0.0.0.0/0', true],
    ['::1', '0.0.0.0/0', false],
    ['8.8.8.8', '::/0', false],
    ['2001:db8:ffff::1', '2001:db8::/32', true],
    ['2001:db9::1', '2001:db8::/32', false],
    ['fdff::1', 'fc00::/7', true],
    ['::ffff:10.1.1.1', '10.0.0.0/8', true],
    ['10.1.1.1', '::ffff:10.0.0.0/104', true],
    ['11.1.1.1', '::ffff:10.0.0.0/104', false],
    ['10.1.1.1', 'nonsense', false],
    ['nonsense', '10.0.0.0/8', false],
  ])('%s in %s: %s', (address, block, found) => {
    expect(inCidr(address, block)).toBe(found)
  })

  it.each([
    ['10.0.0.0'],
    ['10.0.0.0/33'],
    ['10.0.0.0/-1'],
    ['10.0.0.0/08'],
    ['10.0.0.0/'],
    ['10.0.0/8'],
    ['::/129'],
    ['::ffff:10.0.0.0/95'],
    ['/8'],
    ['10.0.0.0/8/8'],
    ['10.0.0.0/ 8'],
  ])('%j is no block', (text) => {
    expect(parseCidr(text)).toBeNull()
  })

  it('agrees with arithmetic for any block', () => {
    const random = seededRandom(11)
    for (let round = 0; round < 5_000; round++) {
      const [left, right] = [random(2 ** 32), random(2 ** 32)]
      const prefix = random(33)
      const near = round % 2 === 0 ? right : (left ^ (1 << random(32))) >>> 0
      const same = prefix === 0 || left >>> (32 - prefix) === near >>> (32 - prefix)
      expect(inCidr(quad(near), `${quad(left)}/${prefix}`)).toBe(same)
    }
  })
})

function quad(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.')
}

/** Two bytes of a dotted quad as one word of IPv6; -1 stands for a zero byte. */
function hex(v4: string, high: number, low: number): string {
  return (byteAt(v4, high) * 256 + byteAt(v4, low)).toString(16)
}

function turned(v4: string, high: number, low: number): string {
  return ((byteAt(v4, high) * 256 + byteAt(v4, low)) ^ 0xffff).toString(16)
}

function byteAt(v4: string, index: number): number {
  return index < 0 ? 0 : Number(v4.split('.')[index])
}
