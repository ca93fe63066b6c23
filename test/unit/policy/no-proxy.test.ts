import { describe, expect, it, test } from 'vitest'
import { byProxy } from '../../../runtime/policy/by-proxy.ts'
import { isListed, parseNoProxy } from '../../../runtime/policy/no-proxy.ts'

const listed = (text: string, host: string, port: number | null) => isListed(parseNoProxy(text), host, port)

describe('NO_PROXY', () => {
  it.each<readonly [string, string, number | null, boolean]>([
    ['', 'api.test', 443, false],
    [' , ,', 'api.test', 443, false],
    ['*', 'api.test', 443, true],
    ['*', '203.0.113.7', null, true],
    ['api.test', 'api.test', 443, true],
    ['API.Test.', 'api.test', 443, true],
    ['bücher.test', 'xn--bcher-kva.test', 443, true],
    ['api.test', 'v1.api.test', 443, true],
    ['api.test', 'evilapi.test', 443, false],
    ['api.test', 'test', 443, false],
    ['api.test', 'api.test.evil.test', 443, false],
    ['.corp.test', 'git.corp.test', 443, true],
    ['.corp.test', 'corp.test', 443, true],
    ['.corp.test', 'evilcorp.test', 443, false],
    ['*.corp.test', 'git.corp.test', 443, true],
    ['a.*.test', 'a.b.test', 443, false],
    ['one.test,two.test', 'two.test', 443, true],
    ['one.test two.test', 'two.test', 443, true],
    ['one.test ,\ttwo.test', 'two.test', 443, true],
    ['api.test:8443', 'api.test', 8443, true],
    ['api.test:8443', 'api.test', 443, false],
    ['api.test:8443', 'api.test', null, false],
    ['.corp.test:80', 'git.corp.test', 80, true],
    ['203.0.113.7', '203.0.113.7', 443, true],
    ['203.0.113.7', '203.0.113.70', 443, false],
    ['203.0.113.7:80', '203.0.113.7', 80, true],
    ['203.0.113.7:80', '203.0.113.7', 443, false],
    ['10.0.0.0/8', '10.9.8.7', 443, true],
    ['10.0.0.0/8', '11.9.8.7', 443, false],
    ['10.0.0.0/8', 'internal.test', 443, false],
    ['10.0.0.0/8:80', '10.9.8.7', 80, true],
    ['2001:db8::/32', '2001:db8:a::10', 443, true],
    ['2001:DB8::1', '2001:db8::1', 443, true],
    ['[2001:db8::1]', '2001:db8::1', 443, true],
    ['[2001:db8::1]:80', '2001:db8::1', 80, true],
    ['[2001:db8::1]:80', '2001:db8::1', 443, false],
    ['::ffff:10.0.0.1', '10.0.0.1', 443, true],
    ['http://api.test', 'api.test', 443, false],
    ['api.test:x', 'api.test', 443, false],
    ['10.0.0.0/33,0x7f.1,<>', '10.0.0.1', 443, false],
  ])('%j lists %s on %s: %s', (text, host, port, expected) => {
    expect(listed(text, host, port)).toBe(expected)
  })
})

test.each<readonly [string, boolean]>([
  ['api.test', true],
  ['internal', true],
  ['203.0.113.7', true],
  ['10.9.8.7', true],
  ['fd00::1', true],
  ['localhost', false],
  ['db.localhost', false],
  ['127.0.0.1', false],
  ['127.9.9.9', false],
  ['::1', false],
  ['0.0.0.0', false],
  ['169.254.169.254', false],
  ['fd00:ec2::254', false],
  ['168.63.129.16', false],
  ['169.254.7.7', false],
  ['fe80::1', false],
  ['64:ff9b::7f00:1', false],
  ['metadata.google.internal', false],
  ['instance-data.ec2.internal', false],
  ['a.metadata.google.internal', true],
  ['listed.test', false],
])('with a proxy, %s goes through it: %s', (host, expected) => {
  expect(byProxy(parseNoProxy('listed.test'), host, 443)).toBe(expected)
})
