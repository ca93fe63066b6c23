import dnsPacket from 'dns-packet'
import { describe, expect, test } from 'vitest'
import { readUpstreamReply } from '../../../runtime/protocol/dns-message.ts'
import { labels, message, name, opt, pointer, question, record, words } from './dns-bytes.ts'
import { ASKED, answer, ip, REPLY, read, replyTo, TYPE } from './upstream-bytes.ts'

describe('what a reply says', () => {
  test('addresses at the end of a chain, the names compressed', () => {
    const at = 12 + 10 + 4
    const reply = answer(
      TYPE.A,
      // edge.cdn.test, whose "test" is the question's; then what it leads to, by pointers into the first record.
      record(ASKED, TYPE.CNAME, Buffer.concat([labels('edge', 'cdn'), pointer(16)])),
      record(pointer(at + 12), TYPE.CNAME, Buffer.concat([labels('e2'), pointer(at + 17)])),
      record(Buffer.concat([labels('E2', 'CDN'), pointer(16)]), TYPE.A, ip(192, 0, 2, 1)),
      record(Buffer.concat([labels('e2'), pointer(at + 17)]), TYPE.A, ip(192, 0, 2, 2)),
    )
    expect(reply).toMatchObject({
      rcode: 0,
      rcodeName: 'NOERROR',
      truncated: false,
      answers: ['CNAME edge.cdn.test', 'CNAME e2.cdn.test', '192.0.2.1', '192.0.2.2'],
      chain: [
        { from: 'api.test', to: 'edge.cdn.test' },
        { from: 'edge.cdn.test', to: 'e2.cdn.test' },
      ],
      addresses: [
        { name: 'e2.cdn.test', address: '192.0.2.1' },
        { name: 'e2.cdn.test', address: '192.0.2.2' },
      ],
      services: [],
    })
    expect(dnsPacket.decode(reply.reply).answers).toMatchObject([
      { name: 'api.test', type: 'CNAME', ttl: 60, data: 'edge.cdn.test' },
      { name: 'edge.cdn.test', type: 'CNAME', data: 'e2.cdn.test' },
      { name: 'E2.CDN.test', type: 'A', data: '192.0.2.1' },
      { name: 'e2.cdn.test', type: 'A', data: '192.0.2.2' },
    ])
  })

  test('a chain in any order, and one in a circle', () => {
    const out = answer(
      TYPE.A,
      record(name('c'), TYPE.A, ip(192, 0, 2, 1)),
      record(name('b'), TYPE.CNAME, name('c')),
      record(ASKED, TYPE.CNAME, name('b')),
      record(name('c'), TYPE.CNAME, ASKED),
    )
    expect(out.chain.map(({ from, to }) => `${from}>${to}`)).toEqual(['api.test>b', 'b>c', 'c>api.test'])
    expect(out.addresses).toEqual([{ name: 'c', address: '192.0.2.1' }])
  })

  test('names that the question does not lead to are not believed', () => {
    const reply = read(
      TYPE.A,
      replyTo(TYPE.A, {
        answers: [
          record(ASKED, TYPE.A, ip(192, 0, 2, 1)),
          record(name('bank', 'test'), TYPE.A, ip(192, 0, 2, 66)),
        ],
        authorities: [record(ASKED, TYPE.A, ip(192, 0, 2, 67))],
        additionals: [
          record(ASKED, TYPE.A, ip(192, 0, 2, 68)),
          record(name('bank', 'test'), TYPE.A, ip(192, 0, 2, 69)),
        ],
      }),
    )
    expect(reply.addresses).toEqual([{ name: 'api.test', address: '192.0.2.1' }])
    expect(dnsPacket.decode(reply.reply)).toMatchObject({ authorities: [], additionals: [] })
  })

  test('IPv6 in its canonical text, v4-mapped as IPv4', () => {
    const mapped = Buffer.concat([Buffer.alloc(10), words(0xffff), ip(192, 0, 2, 1)])
    const reply = answer(
      TYPE.AAAA,
      record(ASKED, TYPE.AAAA, words(0x2001, 0xdb8, 0, 0, 1, 0, 0, 1)),
      record(ASKED, TYPE.AAAA, mapped),
    )
    expect(reply.answers).toEqual(['2001:db8::1:0:0:1', '192.0.2.1'])
    expect(reply.addresses.map(({ address }) => address)).toEqual(['2001:db8::1:0:0:1', '192.0.2.1'])
  })

  test('services, and the addresses that came with them', () => {
    const srv = (port: number, target: Buffer) =>
      record(ASKED, TYPE.SRV, Buffer.concat([words(1, 2, port), target]))
    const reply = read(
      TYPE.SRV,
      replyTo(TYPE.SRV, {
        answers: [
          srv(5432, Buffer.concat([labels('DB'), ASKED])),
          srv(0, name()),
          srv(1, name('a b')),
          srv(2, name('x')),
        ],
        authorities: [record(name('db', 'api', 'test'), TYPE.A, ip(192, 0, 2, 3))],
        additionals: [
          record(name('db', 'api', 'test'), TYPE.A, ip(192, 0, 2, 1)),
          record(name('db', 'api', 'test'), TYPE.TXT, Buffer.from('\x01x')),
          record(name('y'), TYPE.A, ip(192, 0, 2, 2)),
          opt(1232),
        ],
      }),
    )
    expect(reply.answers).toEqual([
      'SRV 1 2 5432 DB.api.test',
      'SRV 1 2 0 .',
      'SRV 1 2 1 a\\032b',
      'SRV 1 2 2 x',
    ])
    expect(reply.services).toEqual([
      { target: 'db.api.test', port: 5432 },
      { target: 'x', port: 2 },
    ])
    expect(reply.addresses).toEqual([{ name: 'db.api.test', address: '192.0.2.1' }])
    expect(dnsPacket.decode(reply.reply)).toMatchObject({
      answers: [
        { type: 'SRV', data: { priority: 1, weight: 2, port: 5432, target: 'DB.api.test' } },
        {},
        {},
        { data: { target: 'x' } },
      ],
      additionals: [{ name: 'db.api.test', type: 'A', data: '192.0.2.1' }],
    })
    // RFC 2782: an SRV target is not compressed, since old readers do not look for a pointer there.
    expect(reply.reply.includes(name('DB', 'api', 'test'))).toBe(true)
  })

  test.each([
    [
      'MX',
      TYPE.MX,
      Buffer.concat([words(10), labels('mail'), ASKED]),
      'MX 10 mail.api.test',
      { preference: 10, exchange: 'mail.api.test' },
    ],
    ['NS', TYPE.NS, Buffer.concat([labels('ns'), pointer(16)]), 'NS ns.test', 'ns.test'],
    ['PTR', TYPE.PTR, ASKED, 'PTR api.test', 'api.test'],
    [
      'SOA',
      TYPE.SOA,
      Buffer.concat([labels('ns'), ASKED, labels('root'), ASKED, words(0, 1, 0, 2, 0, 3, 0, 4, 0, 5)]),
      'SOA ns.api.test root.api.test 1 2 3 4 5',
      {
        mname: 'ns.api.test',
        rname: 'root.api.test',
        serial: 1,
        refresh: 2,
        retry: 3,
        expire: 4,
        minimum: 5,
      },
    ],
    [
      'TXT',
      TYPE.TXT,
      Buffer.from('\x03a"b\x02c\n\x00'),
      'TXT "a\\034b" "c\\010" ""',
      [Buffer.from('a"b'), Buffer.from('c\n'), Buffer.alloc(0)],
    ],
    [
      'CAA',
      257,
      Buffer.from('\x80\x05issueca.test', 'latin1'),
      'CAA 128 issue "ca.test"',
      { flags: 128, tag: 'issue', value: 'ca.test' },
    ],
    ['an unknown type', 65_300, Buffer.from([1, 2, 255]), 'TYPE65300 \\# 3 0102ff', Buffer.from([1, 2, 255])],
    ['an unknown type, empty', 65_300, Buffer.alloc(0), 'TYPE65300 \\# 0', Buffer.alloc(0)],
  ])('%s', (_case, type, rdata, text, data) => {
    const reply = answer(type, record(ASKED, type, rdata))
    expect(reply.answers).toEqual([text])
    expect(dnsPacket.decode(reply.reply).answers).toMatchObject([{ name: 'api.test', ttl: 60, data }])
  })

  test('HTTPS without ECH keys and address hints; a malformed one left out', () => {
    const target = Buffer.concat([words(1), name()])
    const hidden = [
      words(4, 4),
      ip(192, 0, 2, 66),
      words(5, 3),
      Buffer.from('ech'),
      words(6, 16),
      Buffer.alloc(16, 9),
    ]
    const rdata = Buffer.concat([
      target,
      words(0, 2),
      words(5),
      words(1, 3),
      Buffer.from('\x02h2'),
      words(3, 2),
      words(8443),
      ...hidden,
    ])
    const kept = Buffer.concat([target, words(1, 3), Buffer.from('\x02h2'), words(3, 2), words(8443)])
    for (const type of [TYPE.HTTPS, 64]) {
      const reply = answer(
        255,
        record(ASKED, type, rdata),
        record(ASKED, type, Buffer.concat([words(1), ASKED])),
      )
      expect(reply.answers).toEqual([`${type === 65 ? 'HTTPS' : 'SVCB'} 1 . alpn=h2 port=8443`])
      expect(reply.reply).toEqual(Buffer.concat([replyTo(255, { answers: [record(ASKED, type, kept)] })]))
    }
  })

  test('sixteen texts of 256 characters at most', () => {
    const strings = Buffer.concat(Array.from({ length: 200 }, () => Buffer.from('\x04\x1b[2J')))
    const reply = answer(TYPE.TXT, ...Array.from({ length: 40 }, () => record(ASKED, TYPE.TXT, strings)))
    expect(reply.answers).toHaveLength(16)
    for (const text of reply.answers) {
      expect(text).toMatch(/^TXT "\\027[ -~]*\.\.\.$/)
      expect(text).toHaveLength(256)
    }
    expect(dnsPacket.decode(reply.reply).answers).toHaveLength(40)
  })

  test('other classes are left out, a TTL with its top bit is none', () => {
    const forever = record(ASKED, TYPE.A, ip(192, 0, 2, 1))
    forever.writeUInt32BE(0x80000001, 6)
    const reply = answer(TYPE.A, record(ASKED, TYPE.A, ip(192, 0, 2, 2), 3), forever)
    expect(reply.addresses).toEqual([{ name: 'api.test', address: '192.0.2.1' }])
    expect(dnsPacket.decode(reply.reply).answers).toMatchObject([{ ttl: 0, data: '192.0.2.1' }])
  })

  test.each([
    ['NXDOMAIN', REPLY | 3, 0, { rcode: 3, rcodeName: 'NXDOMAIN', truncated: false }, 3],
    ['BADVERS', REPLY, 1, { rcode: 16, rcodeName: 'BADVERS' }, 2],
    ['truncated', REPLY | 0x0200, 0, { rcode: 0, truncated: true, addresses: [], answers: [] }, 0],
  ])('%s', (_case, flags, upper, expected, code) => {
    const answers = [record(ASKED, TYPE.A, ip(192, 0, 2, 1))]
    const reply = read(TYPE.A, replyTo(TYPE.A, { flags, answers, additionals: [opt(1232, 0, upper)] }))
    expect(reply).toMatchObject(expected)
    expect(reply.reply.readUInt16BE(2) & 15).toBe(code)
  })

  test('the root', () => {
    const bytes = message({
      flags: REPLY,
      questions: [question(name(), TYPE.NS)],
      answers: [record(name(), TYPE.NS, name('a', 'root'))],
    })
    expect(readUpstreamReply(bytes, { id: 0x1234, name: '', typeCode: TYPE.NS })).toMatchObject({
      ok: true,
      answers: ['NS a.root'],
    })
  })

  test('names beyond the reach of a pointer, and labels with dots in them', () => {
    const a = (owner: Buffer) => record(owner, TYPE.A, ip(192, 0, 2, 1))
    const far = name('far', 'away')
    const filler = record(ASKED, 65_300, Buffer.alloc(0x4000))
    const whole = [name('a', 'b.test'), name('a.b', 'test'), name('a', 'b', 'test')]
    const small = [
      whole[0] ?? far,
      Buffer.concat([labels('a.b'), pointer(16)]),
      Buffer.concat([labels('a', 'b'), pointer(16)]),
    ]
    const write = (owners: readonly Buffer[]) =>
      replyTo(255, { answers: [...owners.map(a), filler, a(far), a(far)] })
    expect(read(255, write(whole)).reply).toEqual(write(small))
    expect(read(255, write(small)).reply).toEqual(write(small))
  })

  test('a large set is written as small as it came', () => {
    const answers = Array.from({ length: 60 }, (_, i) =>
      record(ASKED, TYPE.MX, Buffer.concat([words(i), labels(`mx${i}`), ASKED])),
    )
    const bytes = replyTo(TYPE.MX, { answers })
    expect(read(TYPE.MX, bytes).reply).toEqual(bytes)
  })
})
