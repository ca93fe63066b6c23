import dnsPacket from 'dns-packet'
import { describe, expect, test } from 'vitest'
import {
  type DnsAnswerRecord,
  type DnsQuery,
  encodeDnsError,
  encodeDnsReply,
  fitUdp,
  parseDnsQuery,
} from '../../../runtime/protocol/dns-message.ts'
import { message, name, opt, question, type Sections } from './dns-bytes.ts'

function ask(sections: Sections = {}): DnsQuery {
  const result = parseDnsQuery(message({ questions: [question(name('Api', 'Test'), 1)], ...sections }))
  if (!result.ok) throw new Error(result.problem)
  return result.query
}

const edns = (size: number, flags = 0) => ask({ additionals: [opt(size, flags)] })

describe('encodeDnsReply', () => {
  test.each<[DnsAnswerRecord, object]>([
    [
      { type: 'A', ttl: 60, data: '192.0.2.1' },
      { name: 'Api.Test', type: 'A', ttl: 60, data: '192.0.2.1' },
    ],
    [
      { type: 'A', name: 'api.test', ttl: 0, data: '0.0.0.0' },
      { name: 'Api.Test', data: '0.0.0.0', ttl: 0 },
    ],
    [
      { type: 'A', name: 'edge.test', ttl: 1, data: '255.255.255.255' },
      { name: 'edge.test', data: '255.255.255.255' },
    ],
    [
      { type: 'AAAA', ttl: 1, data: '2001:DB8::1' },
      { type: 'AAAA', data: '2001:db8::1' },
    ],
    [{ type: 'AAAA', ttl: 1, data: '::' }, { data: '::' }],
    [{ type: 'AAAA', ttl: 1, data: '1:2:3:4:5:6:7:8' }, { data: '1:2:3:4:5:6:7:8' }],
    [{ type: 'AAAA', ttl: 1, data: 'fe80::' }, { data: 'fe80::' }],
    [{ type: 'AAAA', ttl: 1, data: '64:ff9b::192.0.2.1' }, { data: '64:ff9b::c000:201' }],
    [
      { type: 'CNAME', ttl: 5, data: 'edge.test' },
      { type: 'CNAME', data: 'edge.test' },
    ],
    [
      { type: 'PTR', ttl: 5, data: 'localhost' },
      { type: 'PTR', data: 'localhost' },
    ],
    [{ type: 'A', ttl: -5, data: '192.0.2.1' }, { ttl: 0 }],
    [{ type: 'A', ttl: 1e12, data: '192.0.2.1' }, { ttl: 0x7fffffff }],
    [{ type: 'A', ttl: 1.5, data: '192.0.2.1' }, { ttl: 1 }],
    [{ type: 'A', ttl: Number.NaN, data: '192.0.2.1' }, { ttl: 0 }],
  ])('%j', (answer, expected) => {
    const decoded = dnsPacket.decode(encodeDnsReply(ask(), { rcode: 0, answers: [answer] }))
    expect(decoded.answers).toHaveLength(1)
    expect(decoded.answers?.[0]).toMatchObject(expected)
  })

  test.each<DnsAnswerRecord>([
    { type: 'A', ttl: 1, data: '::1' },
    { type: 'A', ttl: 1, data: '1.2.3' },
    { type: 'AAAA', ttl: 1, data: '192.0.2.1' },
    { type: 'AAAA', ttl: 1, data: 'fe80::1%eth0' },
    { type: 'CNAME', ttl: 1, data: 'a..b' },
    { type: 'PTR', ttl: 1, data: 'a'.repeat(64) },
    { type: 'A', name: '.', ttl: 1, data: '192.0.2.1' },
  ])('leaves out %j', (answer) => {
    const good: DnsAnswerRecord = { type: 'A', ttl: 1, data: '192.0.2.9' }
    const decoded = dnsPacket.decode(encodeDnsReply(ask(), { rcode: 0, answers: [answer, good] }))
    expect(decoded.answers).toMatchObject([{ data: '192.0.2.9' }])
  })

  test.each([
    ['plain', ask(), { flag_rd: true, flag_cd: false, additionals: [] }],
    ['RD off, CD on', ask({ flags: 0x0010 }), { flag_rd: false, flag_cd: true }],
    [
      'EDNS',
      edns(4096),
      { additionals: [{ type: 'OPT', name: '.', udpPayloadSize: 1232, flag_do: false, options: [] }] },
    ],
    [
      'EDNS with DO',
      edns(512, 0x8000),
      { additionals: [{ type: 'OPT', udpPayloadSize: 1232, flag_do: true }] },
    ],
  ])('header and OPT: %s', (_case, query, expected) => {
    const bytes = encodeDnsReply(query, { rcode: 3 })
    const decoded = dnsPacket.decode(bytes)
    expect(decoded).toMatchObject({
      id: 0x1234,
      type: 'response',
      opcode: 'QUERY',
      rcode: 'NXDOMAIN',
      flag_ra: true,
      flag_aa: false,
      flag_tc: false,
      flag_ad: false,
    })
    expect(decoded).toMatchObject(expected)
    expect(decoded.questions).toEqual([{ name: 'Api.Test', type: 'A', class: 'IN' }])
    expect(bytes.subarray(12, 12 + query.question.length)).toEqual(query.question)
  })

  test('codes above 15 need OPT', () => {
    const bytes = encodeDnsReply(edns(512), { rcode: 0x123 })
    expect(bytes.readUInt16BE(2) & 15).toBe(3)
    expect(dnsPacket.decode(bytes).additionals).toMatchObject([{ extendedRcode: 0x12 }])
    expect(dnsPacket.decode(encodeDnsReply(ask(), { rcode: 0x123 }))).toMatchObject({ rcode: 'SERVFAIL' })
  })

  test('truncated when asked, and when it would be larger than a message', () => {
    expect(dnsPacket.decode(encodeDnsReply(ask(), { rcode: 0, truncated: true }))).toMatchObject({
      flag_tc: true,
    })
    const answers: DnsAnswerRecord[] = Array.from({ length: 5000 }, () => ({
      type: 'A',
      ttl: 1,
      data: '192.0.2.1',
    }))
    expect(dnsPacket.decode(encodeDnsReply(ask(), { rcode: 0, answers }))).toMatchObject({
      flag_tc: true,
      answers: [],
    })
  })

  test('encodeDnsError', () => {
    const decoded = dnsPacket.decode(encodeDnsError(0xbeef, 1))
    expect(decoded).toMatchObject({
      id: 0xbeef,
      type: 'response',
      rcode: 'FORMERR',
      questions: [],
      answers: [],
    })
  })
})

describe('fitUdp', () => {
  const empty = (query: DnsQuery) => encodeDnsReply(query, { rcode: 0 }).length
  /** The largest reply of A records up to `size` bytes, or the smallest above it. */
  const replyOf = (query: DnsQuery, size: number, above: boolean) => {
    const count = Math.floor((size - empty(query)) / 16) + (above ? 1 : 0)
    const answers: DnsAnswerRecord[] = Array.from({ length: count }, () => ({
      type: 'A',
      ttl: 1,
      data: '192.0.2.1',
    }))
    return encodeDnsReply(query, { rcode: 0, answers })
  }
  test.each([
    ['no EDNS', ask(), 512],
    ['EDNS 512', edns(512), 512],
    ['EDNS 0', edns(0), 512],
    ['EDNS 1000', edns(1000), 1000],
    ['EDNS 1232', edns(1232), 1232],
    ['EDNS 4096', edns(4096), 1232],
    ['EDNS 65535', edns(65_535, 0x8000), 1232],
  ])('%s', (_case, query, limit) => {
    const fits = replyOf(query, limit, false)
    expect(fits.length).toBeGreaterThan(limit - 16)
    expect(fitUdp(fits, query)).toBe(fits)
    const large = replyOf(query, limit, true)
    expect(large.length).toBeGreaterThan(limit)
    const cut = fitUdp(large, query)
    expect(cut).toEqual(encodeDnsReply(query, { rcode: 0, truncated: true }))
    expect(cut.length).toBe(empty(query))
  })

  test('the code stays', () => {
    const answers: DnsAnswerRecord[] = Array.from({ length: 99 }, () => ({
      type: 'A',
      ttl: 1,
      data: '192.0.2.1',
    }))
    const cut = fitUdp(encodeDnsReply(ask(), { rcode: 3, answers }), ask())
    expect(dnsPacket.decode(cut)).toMatchObject({ rcode: 'NXDOMAIN', flag_tc: true, answers: [] })
  })
})
