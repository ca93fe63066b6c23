import { describe, expect, test } from 'vitest'
import { encodeUpstreamQuery, readUpstreamReply } from '../../../runtime/protocol/dns-message.ts'
import { labels, message, name, pointer, question, record, words } from './dns-bytes.ts'
import { ASKED, ip, REPLY, replyTo, TYPE } from './upstream-bytes.ts'

describe('what is refused', () => {
  const a = record(ASKED, TYPE.A, ip(192, 0, 2, 1))
  const good = replyTo(TYPE.A, { answers: [a] })
  const answers = (...records: readonly Buffer[]) => replyTo(TYPE.A, { answers: records })
  test.each([
    ['nothing', Buffer.alloc(0), 'short'],
    ['a query', encodeUpstreamQuery(0x1234, 'api.test', 1, false), 'not-a-reply'],
    ['another operation', replyTo(TYPE.A, { flags: REPLY | 0x2000 }), 'not-a-reply'],
    ['another id', replyTo(TYPE.A, { id: 0x1235, answers: [a] }), 'id'],
    ['another type', replyTo(TYPE.AAAA, { answers: [a] }), 'question'],
    ['another name', message({ flags: REPLY, questions: [question(name('api2', 'test'), 1)] }), 'question'],
    [
      'a name that only reads the same',
      message({ flags: REPLY, questions: [question(name('api.test'), 1)] }),
      'question',
    ],
    [
      'another class',
      message({ flags: REPLY, questions: [Buffer.concat([name('api', 'test'), words(1, 3)])] }),
      'question',
    ],
    [
      'no question',
      message({ flags: REPLY, answers: [record(name('api', 'test'), 1, ip(1, 2, 3, 4))] }),
      'question',
    ],
    ['a question cut short', good.subarray(0, 20), 'question'],
    ['fewer records than it says', good.subarray(0, -a.length), 'malformed'],
    ['a record cut short', good.subarray(0, -1), 'malformed'],
    [
      'a text cut short',
      answers(record(ASKED, TYPE.TXT, Buffer.from('\x01x\x01y'))).subarray(0, -2),
      'malformed',
    ],
    ['an owner that points forward', answers(record(pointer(38), TYPE.CNAME, name('b'))), 'malformed'],
    [
      'an owner that points into the header',
      answers(record(pointer(4), TYPE.A, ip(1, 2, 3, 4))),
      'malformed',
    ],
    ['an A of five bytes', answers(record(ASKED, TYPE.A, Buffer.alloc(5))), 'malformed'],
    ['an AAAA of four bytes', answers(record(ASKED, TYPE.AAAA, Buffer.alloc(4))), 'malformed'],
    [
      'a CNAME with a byte too many',
      answers(record(ASKED, TYPE.CNAME, Buffer.concat([name('b'), Buffer.alloc(1)]))),
      'malformed',
    ],
    ['an empty CNAME', answers(record(ASKED, TYPE.CNAME, Buffer.alloc(0)), a), 'malformed'],
    ['an SRV without a target', answers(record(ASKED, TYPE.SRV, words(1, 2, 3)), a), 'malformed'],
    [
      'an SOA without its numbers',
      answers(record(ASKED, TYPE.SOA, Buffer.concat([name('a'), name('b')]))),
      'malformed',
    ],
    ['an owner that points to itself', answers(record(pointer(26), TYPE.A, ip(1, 2, 3, 4))), 'malformed'],
    ['two pointers in a circle', answers(record(pointer(38), TYPE.CNAME, pointer(26))), 'malformed'],
    [
      'a pointer into a label that runs on',
      answers(record(Buffer.concat([labels('a'), pointer(26)]), TYPE.A, ip(1, 2, 3, 4))),
      'malformed',
    ],
    ['more than a message holds', Buffer.concat([good, Buffer.alloc(70_000)]), 'malformed'],
    [
      'more records than are read',
      replyTo(TYPE.A, { answers: Array.from({ length: 1025 }, () => a) }),
      'malformed',
    ],
  ])('%s', (_case, bytes, problem) => {
    expect(readUpstreamReply(bytes, { id: 0x1234, name: 'api.test', typeCode: 1 })).toEqual({
      ok: false,
      problem,
    })
  })

  test('a chain of pointers, one to the other', () => {
    const chain = Buffer.concat([
      name('a'),
      ...Array.from({ length: 5000 }, (_, i) => pointer(i === 0 ? 38 : 38 + 3 + (i - 1) * 2)),
    ])
    const holder = record(ASKED, 65_300, chain)
    const owner = (hops: number) => record(pointer(38 + 3 + (hops - 2) * 2), TYPE.A, ip(1, 2, 3, 4))
    const result = (hops: number) =>
      readUpstreamReply(replyTo(1, { answers: [holder, owner(hops)] }), {
        id: 0x1234,
        name: 'api.test',
        typeCode: 1,
      })
    expect(result(127)).toMatchObject({ ok: true })
    expect(result(128)).toEqual({ ok: false, problem: 'malformed' })
    expect(result(5000)).toEqual({ ok: false, problem: 'malformed' })
  })

  test('names that expand to far more than they take: in bounded time, never more than a message', () => {
    const deep = name(...Array.from({ length: 120 }, (_, i) => String(i % 10)))
    const holder = record(ASKED, TYPE.SRV, Buffer.concat([words(1, 1, 1), deep]))
    const bomb = Array.from({ length: 1000 }, () =>
      record(pointer(44), TYPE.SRV, Buffer.concat([words(1, 1, 1), pointer(44)])),
    )
    const started = performance.now()
    expect(
      readUpstreamReply(replyTo(1, { answers: [holder, ...bomb] }), {
        id: 0x1234,
        name: 'api.test',
        typeCode: 1,
      }),
    ).toEqual({
      ok: false,
      problem: 'malformed',
    })
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
