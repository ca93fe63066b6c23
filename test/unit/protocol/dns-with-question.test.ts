import dnsPacket from 'dns-packet'
import { describe, expect, test } from 'vitest'
import {
  type DnsQuery,
  encodeDnsReply,
  parseDnsQuery,
  withQuestion,
} from '../../../runtime/protocol/dns-message.ts'
import { labels, message, name, opt, pointer, question, record, type Sections } from './dns-bytes.ts'
import { ASKED, answer, ip, REPLY, read, replyTo, TYPE } from './upstream-bytes.ts'

describe('withQuestion', () => {
  const client = (sections: Sections = {}): DnsQuery => {
    const result = parseDnsQuery(
      message({ id: 7, questions: [question(name('aPI', 'teST'), TYPE.A)], ...sections }),
    )
    if (!result.ok) throw new Error(result.problem)
    return result.query
  }
  const upstream = answer(
    TYPE.A,
    record(ASKED, TYPE.CNAME, Buffer.concat([labels('edge'), pointer(16)])),
    record(Buffer.concat([labels('edge'), pointer(16)]), TYPE.A, ip(192, 0, 2, 1)),
  ).reply

  test.each([
    ['plain', client(), { flag_rd: true, flag_cd: false, additionals: [] }],
    ['RD off, CD on', client({ flags: 0x0010 }), { flag_rd: false, flag_cd: true, additionals: [] }],
    [
      'EDNS',
      client({ additionals: [opt(4096, 0x8000)] }),
      { additionals: [{ type: 'OPT', udpPayloadSize: 1232, flag_do: true }] },
    ],
  ])('%s', (_case, query, expected) => {
    const bytes = withQuestion(upstream, query)
    const decoded = dnsPacket.decode(bytes)
    expect(decoded).toMatchObject({
      id: 7,
      type: 'response',
      rcode: 'NOERROR',
      flag_ra: true,
      flag_ad: false,
      ...expected,
    })
    expect(bytes.subarray(12, 12 + query.question.length)).toEqual(query.question)
    expect(decoded.answers).toMatchObject([
      { name: 'aPI.teST', type: 'CNAME', data: 'edge.teST' },
      { name: 'edge.teST', type: 'A', data: '192.0.2.1' },
    ])
  })

  test('code and truncation stay', () => {
    const refused = read(TYPE.A, replyTo(TYPE.A, { flags: REPLY | 0x0205 })).reply
    expect(dnsPacket.decode(withQuestion(refused, client()))).toMatchObject({
      rcode: 'REFUSED',
      flag_tc: true,
    })
  })

  test.each([
    ['another name', { questions: [question(name('apj', 'test'), TYPE.A)] }],
    ['a longer name', { questions: [question(name('api', 'test', 'x'), TYPE.A)] }],
    ['another type', { questions: [question(name('api', 'test'), TYPE.AAAA)] }],
  ])('a reply to %s becomes SERVFAIL', (_case, sections) => {
    const query = client(sections)
    expect(withQuestion(upstream, query)).toEqual(encodeDnsReply(query, { rcode: 2 }))
  })

  test('what is no reply becomes SERVFAIL', () => {
    expect(withQuestion(Buffer.alloc(3), client())).toEqual(encodeDnsReply(client(), { rcode: 2 }))
  })
})
