import { expect, test } from 'vitest'
import { placeText, shortBytes, shortDuration, shortTime } from '../../../cli/egress/words.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [1_234, '1.2 kB'],
  [99_940, '99.9 kB'],
  [99_960, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [340_000_000, '340 MB'],
  [5e18, '5000 PB'],
])('%d bytes are %s', (bytes, text) => {
  expect(shortBytes(bytes)).toBe(text)
})

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_500, '1.5 s'],
  [61_000, '1 min'],
  [3_660_000, '1 h 1 min'],
])('%d ms are %s', (milliseconds, text) => {
  expect(shortDuration(milliseconds)).toBe(text)
})

test('a time of this year has its hour, an older one its year', () => {
  const now = Date.UTC(2026, 10, 22, 12)
  expect(shortTime(Date.UTC(2026, 0, 2, 3, 4), now)).toBe('01-02 03:04')
  expect(shortTime(Date.UTC(2025, 11, 31, 23, 59), now)).toBe('2025-12-31')
})

const HOST = { name: 'api.exa.ai', addresses: ['203.0.113.7'], port: 443, transport: 'tcp', protocol: 'tls' }

test.each([
  [HOST, 'api.exa.ai:443'],
  [{ ...HOST, name: null }, '203.0.113.7:443'],
  [{ ...HOST, name: null, addresses: ['2001:db8::1'] }, '[2001:db8::1]:443'],
  [{ ...HOST, name: '*.exa.ai', port: 0 }, '*.exa.ai'],
  [{ ...HOST, transport: 'udp' }, 'api.exa.ai:443/udp'],
  [{ ...HOST, transport: 'icmp', port: 0 }, 'api.exa.ai/icmp'],
  [{ ...HOST, port: 53, transport: 'udp', protocol: 'dns' }, 'api.exa.ai (DNS query)'],
  [{ ...HOST, name: 'a\u001b[2J\nb' }, 'a\\x1b[2J\\x0ab:443'],
])('a destination, %#', (place, text) => {
  expect(placeText(place)).toBe(text)
})
