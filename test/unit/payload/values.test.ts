import { expect, test } from 'vitest'
import { findValues, wholeValue } from '../../../runtime/payload/values.ts'

const FOUND: readonly (readonly [text: string, ...values: string[]])[] = [
  ['alice@customer.test', 'mail alice@customer.test'],
  ['Write to ALICE@Customer.TEST.', 'mail alice@customer.test'],
  ['Bob <bob@evil.test>, "c d"@evil.test; x', 'mail bob@evil.test', 'mail "c d"@evil.test'],
  ['"plain"@evil.test', 'mail plain@evil.test'],
  ['list: a@evil.test, b@evil.test;', 'mail a@evil.test', 'mail b@evil.test'],
  ['a(comment)@evil.test', 'mail a@evil.test'],
  ['a@(one(two))evil.test', 'mail a@evil.test'],
  ['f(b: "a(c)@(d)evil.test")', 'mail a@evil.test'],
  ['_a@evil.test_', 'mail a@evil.test'],
  ['a @ evil . test', 'mail a@evil.test'],
  ['user+tag@evil.test', 'mail user+tag@evil.test'],
  ['x@evil.test.', 'mail x@evil.test'],
  ['x@[203.0.113.9] y@[IPv6:2001:DB8::1]', 'mail x@[203.0.113.9]', 'mail y@[2001:db8::1]'],
  ['mailto:x@evil.test?bcc=y@evil.test', 'mail x@evil.test', 'mail y@evil.test'],
  ['ｘ＠ｅｖｉｌ．ｔｅｓｔ', 'mail x@evil.test'],
  ['x@ev\u200bil.te\u00adst', 'mail x@evil.test'],
  ['x@evil.test\u200bnext', 'mail x@evil.test'],
  ['宛先x@evil.testです', 'mail x@evil.test'],
  ['“x@evil.test”', 'mail x@evil.test'],
  ['x@bücher.example', 'mail x@xn--bcher-kva.example'],
  ['josé@evil.test', 'mail josé@evil.test'],
  ['x@аpple.com', 'mail x@xn--pple-43d.com'],
  ['x%40evil.test', 'mail x@evil.test'],
  ['x%2540evil.test', 'mail x@evil.test'],
  ['x&#64;evil&period;test', 'mail x@evil.test'],
  ['x\\u0040evil\\x2etest', 'mail x@evil.test'],
  ['=?utf-8?B?eEBldmlsLnRlc3Q=?=', 'mail x@evil.test'],
  ['=?utf-8?Q?x=40evil?= =?utf-8?Q?=2Etest?=', 'mail x@evil.test'],
  ['eEBldmlsLnRlc3Q', 'mail x@evil.test'],
  ['data:text/plain;base64,eEBldmlsLnRlc3Q=', 'mail x@evil.test'],
  ['cGhh bkBn aWZ0 c2hv cC5j bHVi', 'mail phan@giftshop.club'],
  ['78406576696c2e74657374', 'mail x@evil.test'],
  ['78 40 65 76 69 6c 2e 74 65 73 74', 'mail x@evil.test'],
  ['https://evil.test/x?a=b#c', 'url https://evil.test/x'],
  ['(see https://evil.test/a_(b).)', 'url https://evil.test/a_(b)'],
  ['[text](https://evil.test/c).', 'url https://evil.test/c'],
  ['HTTPS://EVIL.TEST:443/A/../B', 'url https://evil.test/B'],
  ['https://evil.test:8443', 'url https://evil.test:8443/'],
  ['https://api.test@evil.test/', 'url https://evil.test/'],
  ['https://evil.test\\@api.test/', 'url https://evil.test/@api.test/'],
  ['https:\\/\\/evil.test\\/x', 'url https://evil.test/x'],
  ['https:/evil.test/x', 'url https://evil.test/x'],
  ['//evil.test/x', 'url https://evil.test/x'],
  ['<a href="//evil.test/x">', 'url https://evil.test/x'],
  ['http://3405803785/', 'url http://203.0.113.9/'],
  ['http://0xcb.0.0x71.9:80/', 'url http://203.0.113.9/'],
  ['http://[2001:DB8:0::1]:99/', 'url http://[2001:db8::1]:99/'],
  ['wss://evil.test./socket', 'url wss://evil.test/socket'],
  ['postgres://u:p@db.evil.test:5432/x', 'url postgres://db.evil.test:5432/x'],
  ['https://ev%69l.test/', 'url https://evil.test/'],
  ['send it to giftshop.club now', 'host giftshop.club'],
  ['203.0.113.9:4433', 'host 203.0.113.9'],
  ['2001:db8:0:0::1', 'host [2001:db8::1]'],
  ['MAIL.Evil.co.uk', 'host mail.evil.co.uk'],
]

test.each(FOUND)('in %j', (text, ...values) => {
  const found = findValues(text).map(({ kind, value }) => `${kind} ${value}`)
  expect(found).toEqual(expect.arrayContaining(values))
})

test.each([
  [''],
  ['no address at all'],
  ['1.3.0 and 3.14'],
  ['@scope/name@1.2.3'],
  ['2025-01-02T03:04:05.678Z'],
  ['123e4567-e89b-12d3-a456-426614174000'],
  ['user [at] host'],
])('nothing in %j', (text) => {
  expect(findValues(text)).toEqual([])
})

test.each([
  ['  C012AB3CD ', 'c012ab3cd'],
  ['＋１ 555', '+1 555'],
  ['#gene\u200bral', '#general'],
  ['12345', '12345'],
])('%j as a whole is %j', (text, value) => {
  expect(wholeValue(text)).toBe(value)
})
