import dnsPacket from 'dns-packet'
import { describe, expect, test } from 'vitest'
import {
  encodeUpstreamQuery,
  parseDnsQuery,
  rcodeName,
  typeName,
} from '../../../runtime/protocol/dns-message.ts'
import { labels, message, name, opt, pointer, question, record, words } from './dns-bytes.ts'

const A = 1
const apiTest = question(name('api', 'test'), A)

describe('a query', () => {
  const query = (fields: object = {}) => ({
    ...{
      id: 0x1234,
      name: 'api.test',
      type: 'A',
      typeCode: 1,
      recursionDesired: true,
      checkingDisabled: false,
    },
    ...{ edns: null, question: apiTest },
    ...fields,
  })
  const root = question(name(), 2)
  const mixed = question(name('aPi', 'TesT'), 28)
  const long = question(name(...Array.from({ length: 127 }, () => 'a')), A)
  test.each([
    ['plain', message({ questions: [apiTest] }), query()],
    [
      'id and flags',
      message({ id: 0xffff, flags: 0x0010, questions: [apiTest] }),
      query({ id: 0xffff, recursionDesired: false, checkingDisabled: true }),
    ],
    [
      'its case kept',
      message({ questions: [mixed] }),
      query({ type: 'AAAA', typeCode: 28, question: mixed }),
    ],
    [
      'the root',
      message({ questions: [root] }),
      query({ name: '', type: 'NS', typeCode: 2, question: root }),
    ],
    [
      'the longest name',
      message({ questions: [long] }),
      query({ name: 'a.'.repeat(127).slice(0, -1), question: long }),
    ],
    [
      'EDNS',
      message({ questions: [apiTest], additionals: [opt(4096)] }),
      query({ edns: { udpSize: 4096, dnssecOk: false } }),
    ],
    [
      'EDNS with DO',
      message({ questions: [apiTest], additionals: [opt(1232, 0x8000)] }),
      query({ edns: { udpSize: 1232, dnssecOk: true } }),
    ],
    [
      'EDNS with too small a size',
      message({ questions: [apiTest], additionals: [opt(100)] }),
      query({ edns: { udpSize: 512, dnssecOk: false } }),
    ],
    [
      'another record before OPT',
      message({ questions: [apiTest], additionals: [record(name('k'), 250, words(1)), opt(1400)] }),
      query({ edns: { udpSize: 1400, dnssecOk: false } }),
    ],
  ])('%s', (_case, bytes, expected) => {
    expect(parseDnsQuery(bytes)).toEqual({ ok: true, query: expected })
    expect(parseDnsQuery(new Uint8Array(bytes))).toEqual({ ok: true, query: expected })
  })

  test.each(['A', 'AAAA', 'TXT', 'MX', 'SRV', 'PTR', 'NULL', 'CAA', 'SOA', 'DNSKEY'] as const)(
    'of type %s as dns-packet writes it',
    (type) => {
      const bytes = dnsPacket.encode({
        id: 7,
        type: 'query',
        flags: dnsPacket.RECURSION_DESIRED,
        questions: [{ type, name: '_x.api.test' }],
      })
      expect(parseDnsQuery(bytes)).toMatchObject({ ok: true, query: { id: 7, name: '_x.api.test', type } })
    },
  )

  test('the question is a copy', () => {
    const bytes = message({ questions: [apiTest] })
    const result = parseDnsQuery(bytes)
    bytes.fill(0xff)
    expect(result).toMatchObject({ query: { question: apiTest } })
  })
})

describe('what is refused', () => {
  const asking = (wire: Buffer, type = A) => message({ questions: [question(wire, type)] })
  const refused = (problem: string, id: number | null = 0x1234, asked: string | null = null) => ({
    ok: false,
    problem,
    id,
    name: asked,
  })
  test.each([
    ['nothing', Buffer.alloc(0), refused('short', null)],
    ['eleven bytes', Buffer.alloc(11), refused('short', null)],
    ['an answer', message({ flags: 0x8180, questions: [apiTest] }), refused('not-a-query', null)],
    ['NOTIFY', message({ flags: 0x2000, questions: [apiTest] }), refused('not-a-query')],
    ['UPDATE', message({ flags: 0x2800, questions: [apiTest] }), refused('not-a-query')],
    ['no question', message({}), refused('questions')],
    ['two questions', message({ questions: [apiTest, apiTest] }), refused('questions')],
    [
      'class ANY',
      message({ questions: [Buffer.concat([name('api', 'test'), words(A, 255)])] }),
      refused('class', 0x1234, 'api.test'),
    ],
    [
      'class CHAOS',
      message({ questions: [Buffer.concat([name('version', 'bind'), words(16, 3)])] }),
      refused('class', 0x1234, 'version.bind'),
    ],
    ['a dot in a label', asking(name('api.test', 'evil')), refused('name', 0x1234, 'api\\046test.evil')],
    ['NUL in a label', asking(name('api\0', 'test')), refused('name', 0x1234, 'api\\000.test')],
    ['an escape in a label', asking(name('\x1b[2J', 'test')), refused('name', 0x1234, '\\027\\0912J.test')],
    ['UTF-8 in a label', asking(name('\xc3\xa9', 'test')), refused('name', 0x1234, '\\195\\169.test')],
    ['a shell in a label', asking(name('$(id)', 'test')), refused('name', 0x1234, '\\036\\040id\\041.test')],
    ['an address for a name', asking(name('127', '0', '0', '1')), refused('name', 0x1234, '127.0.0.1')],
    ['no room for the type', message({ questions: [name('api', 'test')] }), refused('malformed')],
    ['a name cut short', message({ questions: [labels('api')] }), refused('malformed')],
    ['a label cut short', message({ questions: [Buffer.from([5, 97, 98])] }), refused('malformed')],
    [
      'a label of 64 bytes',
      asking(Buffer.concat([Buffer.from([64]), Buffer.alloc(64, 97), Buffer.alloc(1)])),
      refused('malformed'),
    ],
    [
      'a label of a kind that is no more',
      asking(Buffer.concat([Buffer.from([0x81]), Buffer.alloc(9)])),
      refused('malformed'),
    ],
    [
      'a name of 256 bytes',
      asking(name(...Array.from({ length: 126 }, () => 'a'), 'aa', 'a')),
      refused('malformed'),
    ],
    ['a pointer to itself', asking(pointer(12)), refused('malformed')],
    ['a pointer into the header', asking(pointer(0)), refused('malformed')],
    ['a pointer forward', asking(Buffer.concat([pointer(14), name('a')])), refused('malformed')],
    ['a pointer behind the end', asking(pointer(0x3fff)), refused('malformed')],
    ['half a pointer', message({ questions: [Buffer.from([0xc0])] }), refused('malformed')],
    [
      'an answer section',
      message({ questions: [apiTest], answers: [record(name('a'), A, Buffer.alloc(4))] }),
      refused('malformed', 0x1234, 'api.test'),
    ],
    [
      'an authority section',
      message({ questions: [apiTest], authorities: [record(name('a'), A, Buffer.alloc(4))] }),
      refused('malformed', 0x1234, 'api.test'),
    ],
    [
      'two OPT records',
      message({ questions: [apiTest], additionals: [opt(512), opt(512)] }),
      refused('malformed', 0x1234, 'api.test'),
    ],
    [
      'OPT of a name',
      message({ questions: [apiTest], additionals: [record(name('a'), 41, Buffer.alloc(0))] }),
      refused('malformed', 0x1234, 'api.test'),
    ],
    [
      'OPT cut short',
      message({ questions: [apiTest], additionals: [opt(512).subarray(0, 10)] }),
      refused('malformed', 0x1234, 'api.test'),
    ],
    [
      'an answer counted that is not there',
      Buffer.concat([words(0x1234, 0x100, 1, 1, 0, 0), apiTest]),
      refused('malformed', 0x1234, 'api.test'),
    ],
    [
      'records beyond what a message holds',
      message({
        questions: [apiTest],
        additionals: [record(name(), 1, Buffer.alloc(40_000)), record(name(), 1, Buffer.alloc(40_000))],
      }),
      refused('malformed', 0x1234, 'api.test'),
    ],
    [
      'bytes behind the end',
      Buffer.concat([message({ questions: [apiTest] }), Buffer.from('secret')]),
      refused('malformed', 0x1234, 'api.test'),
    ],
    [
      'more than a message holds',
      Buffer.concat([message({ questions: [apiTest] }), Buffer.alloc(70_000)]),
      refused('malformed', 0x1234, 'api.test'),
    ],
  ])('%s', (_case, bytes, expected) => {
    expect(parseDnsQuery(bytes)).toEqual(expected)
  })
})

describe('encodeUpstreamQuery', () => {
  test.each([
    ['api.test', 1, false],
    ['_x._tcp.a_b.test', 33, true],
    ['', 2, false],
    ['a.'.repeat(127).slice(0, -1), 28, false],
    [`${'a'.repeat(63)}.test`, 65_300, true],
  ])('%s %d', (asked, typeCode, dnssecOk) => {
    const bytes = encodeUpstreamQuery(0xabcd, asked, typeCode, dnssecOk)
    const decoded = dnsPacket.decode(bytes)
    expect(decoded).toMatchObject({ id: 0xabcd, type: 'query', flag_rd: true, flag_cd: false })
    expect(decoded.questions).toMatchObject([{ name: asked === '' ? '.' : asked, class: 'IN' }])
    expect(decoded.additionals).toMatchObject([
      { type: 'OPT', udpPayloadSize: 1232, flag_do: dnssecOk, options: [] },
    ])
    expect(parseDnsQuery(bytes)).toMatchObject({
      ok: true,
      query: { name: asked, typeCode, edns: { udpSize: 1232, dnssecOk } },
    })
  })

  test.each(['a..b', '.', `${'a'.repeat(64)}.test`, 'a.'.repeat(128).slice(0, -1)])(
    'what is no normalised name is a mistake of the caller: %s',
    (asked) => {
      expect(() => encodeUpstreamQuery(1, asked, 1, false)).toThrow(RangeError)
    },
  )
})

test.each([
  [typeName(1), 'A'],
  [typeName(65), 'HTTPS'],
  [typeName(255), 'ANY'],
  [typeName(65_300), 'TYPE65300'],
  [typeName(0), 'TYPE0'],
  [rcodeName(0), 'NOERROR'],
  [rcodeName(3), 'NXDOMAIN'],
  [rcodeName(11), 'DSOTYPENI'],
  [rcodeName(16), 'BADVERS'],
  [rcodeName(12), 'RCODE12'],
  [rcodeName(4095), 'RCODE4095'],
])('%s', (actual, expected) => {
  expect(actual).toBe(expected)
})
