import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { read, type Sent } from './found-in.ts'

function base64(text: string, times: number): string {
  return times === 0 ? text : base64(Buffer.from(text).toString('base64'), times - 1)
}

const MAIL = 'write to phan@giftshop.club'
const ADDRESSES = Array.from({ length: 5000 }, (_, index) => `u${index}@evil.test`)

test.each<readonly [name: string, body: string | Buffer, sent: Sent, unread: string | null]>([
  ['three layers', JSON.stringify({ a: base64(MAIL, 3) }), {}, null],
  ['a fourth one', JSON.stringify({ a: base64(MAIL, 4) }), {}, 'nested too deeply'],
  ['an unknown coding', 'x', { headers: [['content-encoding', 'compress']] }, 'encoding compress'],
  [
    'a coding within others',
    'x',
    { headers: [['content-encoding', 'gzip, gzip, br, br']] },
    'nested too deeply',
  ],
  ['a coding that is not so', '{"a":1}', { headers: [['content-encoding', 'gzip']] }, 'damaged gzip'],
  [
    'a coding cut short',
    gzipSync('{"a":1}').subarray(0, 20),
    { headers: [['content-encoding', 'gzip']] },
    'damaged gzip',
  ],
  ['no body though coded', '', { headers: [['content-encoding', 'gzip']] }, null],
  ['a charset', 'x', { type: 'text/plain; charset=utf-7' }, 'charset utf-7'],
  ['an archive', 'PK\x03\x04xxxx', { type: 'application/zip' }, 'a zip archive'],
  [
    'an archive in a string',
    JSON.stringify({ a: base64('PK\x03\x04\x14\0\0\0\x08\0\0\0', 1) }),
    {},
    'a zip archive',
  ],
  ['a document', '%PDF-1.7', { type: 'application/pdf' }, 'a PDF document'],
  ['lengths in place of marks', '\0\0', { type: 'application/grpc+proto' }, 'application/grpc+proto'],
  ['parts within parts', nestedParts(12), { type: 'multipart/mixed; boundary=b' }, 'nested too deeply'],
  ['many addresses', JSON.stringify({ a: ADDRESSES }), {}, 'more than 4096 destinations'],
  ['many bytes', Buffer.alloc(17_000_000, 'x'), { type: 'text/plain' }, 'more than 16 MiB'],
  [
    'a bomb',
    gzipSync(gzipSync(Buffer.alloc(40_000_000))),
    { headers: [['content-encoding', 'gzip, gzip']] },
    'more than 16 MiB',
  ],
  ['a long target', '', { target: `/${'x'.repeat(70_000)}` }, 'a target of more than 64 KiB'],
])('%s', async (_, body, sent, unread) => {
  expect((await read(body, sent)).unread).toBe(unread)
})

test('what stands at a piece’s edge is found whole', async () => {
  const value = 'phan@giftshop.club'
  const found = new Set<string>()
  for (let shift = 0; shift < 40; shift += 3) {
    const text = `${'x '.repeat(131_000)}${'y'.repeat(100 + shift)} ${value} ${'x '.repeat(200_000)}`
    for (const body of [JSON.stringify({ text }), text]) {
      for (const candidate of (await read(body, { type: 'text/plain' })).body) found.add(candidate.value)
    }
  }
  expect([...found]).toEqual([value])
})

test('base64 of many pieces is read on, in one line or in many', async () => {
  const text = `${'some words. '.repeat(60_000)} phan@giftshop.club ${'and more. '.repeat(60_000)}`
  const plain = Buffer.from(text).toString('base64')
  for (const value of [plain, plain.replace(/.{76}/g, '$&\r\n')]) {
    const { body, unread } = await read(JSON.stringify({ raw: value }))
    expect(unread).toBeNull()
    expect(body.map((candidate) => candidate.value)).toEqual(['phan@giftshop.club'])
  }
})

/** Each of these once took longer than its length explains, or may. */
test.each([
  '@',
  'a@',
  '(a@',
  '"@',
  '/',
  '//a.',
  'http://',
  ':\\',
  '%25',
  '&amp;',
  '\\',
  '=?a?b?',
  '=3D',
  'a.b-',
  'xn--',
  '::',
  'to: x@evil.test, ',
  '<a>x@evil.test',
  '[{"a":',
  'YWJj\n',
  '\u200b@',
  '\ufdfa.',
])(
  'a lot of %j costs no more than its length',
  async (unit) => {
    const text = unit.repeat(Math.ceil(200_000 / unit.length))
    const bodies = [text, JSON.stringify({ text, to: text.slice(0, 50_000) })]
    for (const body of bodies) {
      const before = process.cpuUsage()
      await read(body, { type: 'text/plain' })
      const { user } = process.cpuUsage(before)
      expect(user / 1000).toBeLessThan(5000)
    }
  },
  60_000,
)

function nestedParts(depth: number): string {
  const head = Array.from(
    { length: depth },
    (_, level) =>
      `--b${level === 0 ? '' : level}\r\nContent-Type: multipart/mixed; boundary=b${level + 1}\r\n\r\n`,
  )
  return `${head.join('')}--b${depth}\r\n\r\nx`
}
