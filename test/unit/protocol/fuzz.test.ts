import dnsPacket from 'dns-packet'
import { describe, expect, test } from 'vitest'
import { normaliseName } from '../../../runtime/model/name.ts'
import { redactedPath } from '../../../runtime/model/redacted-path.ts'
import {
  encodeDnsReply,
  fitUdp,
  parseDnsQuery,
  readUpstreamReply,
  withQuestion,
} from '../../../runtime/protocol/dns-message.ts'
import { classifyFirstBytes, type FirstBytes } from '../../../runtime/protocol/first-bytes.ts'
import { labels, message, name, opt, pointer, question, record, words } from './dns-bytes.ts'
import {
  alpn,
  captureClientHello,
  clientHello,
  extension,
  helloMessage,
  records,
  serverName,
} from './hello-bytes.ts'
import { SeededRandom } from './seeded-random.ts'

const ROUNDS = 1000

/** A decision must not depend on how the bytes were cut: the first one made stays. */
function decideByteByByte(bytes: Buffer): FirstBytes {
  for (let length = 0; length < bytes.length; length++) {
    const early = classifyFirstBytes(bytes.subarray(0, length))
    if (early.kind !== 'need-more') return early
  }
  return classifyFirstBytes(bytes)
}

function isNormal(host: string | null): boolean {
  return host === null || normaliseName(host) === host || /^[0-9a-f:.]+$/.test(host)
}

describe('first bytes', () => {
  const head = (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'))
  const seeds = [
    head('GET /a?b=c HTTP/1.1\nHost: api.test\nConnection: Upgrade\nUpgrade: websocket\n\n'),
    head('POST http://api.test:8080/ HTTP/1.1\nHost: [::ffff:1.2.3.4]\nContent-Length: 5\n\nhello'),
    head('CONNECT api.test:443 HTTP/1.1\nhost: api.test\nTransfer-Encoding: chunked\n\n'),
    head('PRI * HTTP/2.0\n\nSM\n\n'),
    clientHello(
      serverName('api.test'),
      alpn('h2', 'http/1.1'),
      extension(0xfe0d, Buffer.alloc(9)),
      extension(43, Buffer.from([2, 3, 4])),
    ),
    records(helloMessage([serverName('api.test')]), 7),
  ]

  test.each(seeds.map((seed, i) => [i, seed] as const))('mutations of seed %d', (i, seed) => {
    const random = new SeededRandom(1000 + i)
    const kinds = new Set<string>()
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = random.mutate(seed)
      const result = classifyFirstBytes(bytes)
      kinds.add(result.kind)
      expect(decideByteByByte(bytes)).toEqual(result)
      if (result.kind === 'tls') expect(isNormal(result.sni)).toBe(true)
      if (result.kind !== 'http') continue
      for (const host of [result.host, result.absolute?.host ?? null, result.authority?.host ?? null]) {
        expect(isNormal(host)).toBe(true)
      }
      expect(redactedPath(result.target)).toMatch(/^[!-~…]{0,1024}$/)
    }
    expect(kinds.size).toBeGreaterThan(2)
  })

  test("mutations of node's own ClientHello", async () => {
    const seed = await captureClientHello({ servername: 'api.test', ALPNProtocols: ['h2'] })
    const random = new SeededRandom(2000)
    const kinds = new Set<string>()
    for (let round = 0; round < ROUNDS; round++) {
      const result = classifyFirstBytes(random.mutate(seed))
      kinds.add(result.kind)
      if (result.kind === 'tls') expect(isNormal(result.sni)).toBe(true)
    }
    expect(kinds).toEqual(new Set(['tls', 'malformed', 'need-more', 'unknown']))
  })

  test('random bytes behind likely beginnings', () => {
    const random = new SeededRandom(3000)
    const starts = [
      [],
      [0x16],
      [0x16, 3, 1],
      [0x16, 3, 1, 2, 0, 1],
      Buffer.from('GET /'),
      Buffer.from('GET / HTTP/1.1\r\n'),
    ]
    for (let round = 0; round < ROUNDS; round++) {
      const start = Buffer.from(starts[round % starts.length] ?? [])
      const bytes = Buffer.concat([start, random.bytes(random.below(300))])
      expect(decideByteByByte(bytes)).toEqual(classifyFirstBytes(bytes))
    }
  })
})

describe('DNS', () => {
  const asked = question(name('api', 'test'), 1)
  const seedQuery = message({ questions: [asked], additionals: [opt(1232, 0x8000)] })
  const rdata = [words(10), labels('mail'), pointer(12)]
  const svcb = Buffer.concat([
    words(1),
    name(),
    words(0, 2, 5),
    words(1, 3),
    Buffer.from('\x02h2'),
    words(5, 2, 7),
  ])
  const seedReply = message({
    flags: 0x8180,
    questions: [asked],
    answers: [
      record(pointer(12), 5, Buffer.concat([labels('edge'), pointer(16)])),
      record(Buffer.concat([labels('edge'), pointer(16)]), 1, Buffer.from([192, 0, 2, 1])),
      record(pointer(12), 15, Buffer.concat(rdata)),
      record(pointer(12), 33, Buffer.concat([words(1, 2, 443), name('srv')])),
      record(pointer(12), 65, svcb),
      record(pointer(12), 16, Buffer.from('\x02hi')),
    ],
    authorities: [record(pointer(16), 2, name('ns'))],
    additionals: [record(name('srv'), 28, Buffer.alloc(16, 1)), opt(1232)],
  })
  const expected = { id: 0x1234, name: 'api.test', typeCode: 1 }

  test('mutated queries: what is accepted can be answered, and reads the same to dns-packet', () => {
    const random = new SeededRandom(4000)
    let accepted = 0
    for (let round = 0; round < 5 * ROUNDS; round++) {
      const result = parseDnsQuery(random.mutate(seedQuery))
      if (!result.ok) continue
      accepted++
      const { query } = result
      const reply = fitUdp(
        encodeDnsReply(query, { rcode: 0, answers: [{ type: 'A', ttl: 1, data: '192.0.2.1' }] }),
        query,
      )
      const decoded = dnsPacket.decode(reply)
      const name = query.name === '' ? '.' : query.name
      expect(decoded.questions?.[0]?.name.toLowerCase()).toBe(name)
      expect(decoded.answers?.[0]).toMatchObject({ type: 'A', data: '192.0.2.1' })
    }
    expect(accepted).toBeGreaterThan(ROUNDS / 10)
  })

  test('mutated replies: what is handed on is whole, and reads the same again', () => {
    const random = new SeededRandom(5000)
    const clientQuery = parseDnsQuery(seedQuery)
    if (!clientQuery.ok) throw new Error(clientQuery.problem)
    let accepted = 0
    for (let round = 0; round < 5 * ROUNDS; round++) {
      const result = readUpstreamReply(random.mutate(seedReply), expected)
      if (!result.ok) continue
      accepted++
      const again = readUpstreamReply(result.reply, expected)
      const plain = result.rcode > 15 ? { rcode: 2, rcodeName: 'SERVFAIL' } : {}
      expect(again).toEqual({ ...result, ...plain })
      for (const { name, address } of result.addresses) {
        expect(isNormal(name)).toBe(true)
        expect(address).toMatch(/^[0-9a-f:.]+$/)
      }
      for (const text of result.answers) expect(text).toMatch(/^[ -~]{1,256}$/)
      expect(withQuestion(result.reply, clientQuery.query).length).toBe(result.reply.length + 11)
    }
    expect(accepted).toBeGreaterThan(ROUNDS / 10)
  })

  test('random bytes behind a header', () => {
    const random = new SeededRandom(6000)
    for (let round = 0; round < 5 * ROUNDS; round++) {
      const body = random.bytes(random.below(80))
      const query = parseDnsQuery(Buffer.concat([words(1, 0x100, 1, 0, 0, random.below(3)), body]))
      if (query.ok) expect(isNormal(query.query.name)).toBe(true)
      const header = words(0x1234, 0x8180, 1, random.below(4), random.below(4), random.below(4))
      const reply = readUpstreamReply(Buffer.concat([header, asked, body]), expected)
      if (reply.ok)
        expect(readUpstreamReply(reply.reply, expected)).toMatchObject({ ok: true, answers: reply.answers })
    }
  })
})
