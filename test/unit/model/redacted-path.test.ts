import { expect, test } from 'vitest'
import { redactedPath } from '../../../runtime/model/redacted-path.ts'

const hex40 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'

test.each([
  ['/', '/'],
  ['*', '*'],
  ['', ''],
  ['/a/b.json', '/a/b.json'],
  ['/a?x=1&y=2', '/a?x=&y='],
  ['/a?x=1&x=2&flag&=v&', '/a?x=&x=&flag&=&'],
  ['/a?x=1?y=2/z', '/a?x='],
  ['/a?x==b&y', '/a?x=&y'],
  ['http://user.test:8080/a?x=1', '/a?x='],
  ['https://api.test?x=1', '?x='],
  ['http://api.test', ''],
  ['/a#token=1', '/a'],
  ['/a?b=c#token=1', '/a?b='],
  ['/a;sid=5;v?x=1', '/a;sid=;v?x='],
  ['/redirect/http://a/b', '/redirect/http://a/b'],
  ['/v1beta1/users/1234567890/getUserInformationById', '/v1beta1/users/1234567890/getUserInformationById'],
  [
    '/@scope%2fserver-everything/-/server-everything-2026.8.31.tgz',
    '/@scope%2fserver-everything/-/server-everything-2026.8.31.tgz',
  ],
  [
    '/how-to-set-up-a-server-and-why-it-is-worth-the-while',
    '/how-to-set-up-a-server-and-why-it-is-worth-the-while',
  ],
  [
    '/%E6%97%A5%E6%9C%AC%E8%AA%9E%E3%81%AE%E3%83%9A%E3%83%BC%E3%82%B8',
    '/%E6%97%A5%E6%9C%AC%E8%AA%9E%E3%81%AE%E3%83%9A%E3%83%BC%E3%82%B8',
  ],
  [`/keys/${hex40}/x`, '/keys/{…}/x'],
  [`/keys/${hex40.toUpperCase()}`, '/keys/{…}'],
  ['/x/550e8400-e29b-41d4-a716-446655440000', '/x/{…}'],
  [`/jwt/${jwt}`, '/jwt/{…}'],
  ['/services/T0AB/B0CD/a1B2c3D4e5F6g7H8i9J0k1L2', '/services/T0AB/B0CD/{…}'],
  ['/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/sendMessage', '/{…}/sendMessage'],
  ['/b64/q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ%2BavN7w%3D%3D', '/b64/{…}'],
  ['/a;jsessionid=1A530637289A03B07199A44E8D531427', '/a;jsessionid='],
  ['/a?sk_live_4eC39HqLyjWDarjtT1zdp7dc', '/a?{…}'],
  ['/a?4eC39HqLyjWDarjtT1zdp7dc=1', '/a?{…}='],
  [`/n/${'9'.repeat(30)}`, '/n/{…}'],
  [`/l/${'abcdefghij'.repeat(4)}`, '/l/{…}'],
])('%s', (target, path) => {
  expect(redactedPath(target)).toBe(path)
})

test('at most 1024 characters, and no secret at the cut', () => {
  const long = redactedPath(`/${'ab/'.repeat(30_000)}`)
  expect(long).toHaveLength(1024)
  expect(long.endsWith('…')).toBe(true)
  expect(redactedPath(`/${'ab/'.repeat(335)}${hex40}`)).not.toContain('da39')
  expect(redactedPath(`/?${'a=secret&'.repeat(7000)}`)).not.toContain('secret')
})
