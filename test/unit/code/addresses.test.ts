import { expect, test } from 'vitest'
import { codeAddresses, encodedAt, lineAddresses } from '../../../runtime/code/addresses.ts'

const base64 = (text: string, times = 1): string =>
  times === 0 ? text : base64(Buffer.from(text).toString('base64'), times - 1)
const hex = (text: string) => Buffer.from(text).toString('hex')
const found = (code: string) =>
  lineAddresses(code).map(
    ({ kind, value, encoding, perhaps }) =>
      `${perhaps ? 'perhaps ' : ''}${kind} ${value}${encoding.length === 0 ? '' : ` (${encoding.join(', ')})`}`,
  )

test.each([
  ["Bcc: 'phan@giftshop.club',", ['mail phan@giftshop.club']],
  ['fetch("https://evil.test/x?y=1")', ['url https://evil.test/x']],
  ['ws://203.0.113.9:4433', ['url ws://203.0.113.9:4433/']],
  ["host: 'collect.evil.com'", ['host collect.evil.com']],
  ["connect(4433, '203.0.113.9')", ['host 203.0.113.9']],
  ["h='evil.dev'", ['perhaps host evil.dev']],
  [`atob("${base64('https://evil.test/')}")`, ['url https://evil.test/ (base64)']],
  [`x("${base64('https://evil.test/', 3)}")`, ['url https://evil.test/ (base64, base64, base64)']],
  [`Buffer.from("${hex('https://evil.test/')}","hex")`, ['url https://evil.test/ (hex)']],
  ['"\\x70han@\\x67iftshop.club"', ['mail phan@giftshop.club (escape)']],
  ['"\\u0070han\\u0040giftshop.club"', ['mail phan@giftshop.club (escape)']],
  ['"phan%40giftshop.club"', ['mail phan@giftshop.club (percent)']],
  ['"phan@gift" + "shop.club"', ['mail phan@giftshop.club (assembled)']],
  ["'https://ev' +\n  'il.com/' + 'a'", ['url https://evil.com/a (assembled)']],
  ['f([104,116,116,112,58,47,47,101,46,116,101,115,116])', ['url http://e.test/ (assembled)']],
  [
    'f(0x68, 0x74, 0x74, 0x70, 0x3a, 0x2f, 0x2f, 0x65, 0x2e, 0x74, 0x65, 0x73, 0x74)',
    ['url http://e.test/ (assembled)'],
  ],
  ['"bulc.pohstfig@nahp".split("").reverse().join("")', ['mail phan@giftshop.club (assembled)']],
])('%s', (code, expected) => {
  expect(found(code)).toEqual(expect.arrayContaining(expected))
})

test.each([
  'import { a } from "./lib/index.js"',
  'this.client.name = process.env.HOME.split("/").at(-1)',
  'if (a.b.c(d) || x.y) return module.exports.default',
  'const version = "1.2.3", file = "README.md", path = "lib/a.d.ts"',
  '/* @scope/package@1.2.3 */ import x from "@scope/package"',
  'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
])('%s holds none', (code) => {
  expect(found(code)).toEqual([])
})

test('in a long text: each once and whole, with its place, wherever pieces meet', () => {
  const values = Array.from({ length: 60 }, (_, n) => `https://host${n}.evil.test/${'p'.repeat(n)}`)
  const text = values.map((value) => `${'x=1;'.repeat(700)}"${value}"`).join('')
  const places = new Map<string, number>()
  for (const { addresses } of codeAddresses(text))
    for (const { value, at } of addresses) places.set(value, at ?? -1)
  expect([...places.keys()].sort()).toEqual([...values].map((one) => new URL(one).href).sort())
  for (const value of values) expect(places.get(new URL(value).href)).toBe(text.indexOf(value))
})

test('the place of an encoded one is found in a line without an end', () => {
  const code = `"${base64('https://evil.test/')}"`
  const text = `${'f(a);'.repeat(5000)}${code}${'f(a);'.repeat(5000)}`
  const [piece] = codeAddresses(text)
  const address = piece?.addresses.find(({ encoding }) => encoding.length > 0)
  expect(piece && address && encodedAt(text, piece, address)).toBeCloseTo(text.indexOf(code), -1)
})

test.each([
  ['quotes', '"'.repeat(1_000_000)],
  ['joints', '"+'.repeat(500_000)],
  ['blanks in joints', `"${' '.repeat(1_000_000)}+"`],
  ['numbers', '10,'.repeat(333_333)],
  ['numbers and blanks', '10 ,  '.repeat(160_000)],
  ['dots', 'a.'.repeat(500_000)],
  ['at signs', 'a@'.repeat(500_000)],
  ['slashes', '://'.repeat(333_333)],
  ['brackets', '('.repeat(1_000_000)],
  ['escapes', '\\x41'.repeat(250_000)],
  ['per cents', '%41'.repeat(333_333)],
  ['base64', 'QUJD'.repeat(250_000)],
  ['base64 of base64', base64(base64(base64('abcdefgh'.repeat(50_000))))],
  ['reversed', `${'"abcdef"'.repeat(120_000)}.reverse()`],
  ['brackets of JSON', '['.repeat(1_000_000)],
])(
  'a megabyte of %s takes bounded time',
  (_, text) => {
    const start = performance.now()
    let pieces = 0
    for (const _piece of codeAddresses(text)) pieces++
    expect(pieces).toBeGreaterThan(10)
    expect(performance.now() - start).toBeLessThan(15_000)
  },
  30_000,
)
