import { expect, it } from 'vitest'
import { ownAnswers } from '../../../runtime/recorder/own-names.ts'

const OWN = { hostname: 'mcp-run', ipv4: '100.64.0.2', ipv6: 'fd00::2' }
const REVERSE_OWN = `2.${'0.'.repeat(29)}d.f.ip6.arpa`
const REVERSE_LOOPBACK = `1.${'0.'.repeat(31)}ip6.arpa`

it.each([
  ['localhost', 'A', ['127.0.0.1']],
  ['localhost', 'AAAA', ['::1']],
  ['x.y.localhost', 'A', ['127.0.0.1']],
  ['localhost', 'TXT', []],
  ['mcp-run', 'A', ['100.64.0.2']],
  ['mcp-run', 'AAAA', ['fd00::2']],
  ['mcp-run', 'HTTPS', []],
  ['1.0.0.127.in-addr.arpa', 'PTR', ['localhost']],
  ['2.0.64.100.in-addr.arpa', 'PTR', ['mcp-run']],
  [REVERSE_OWN, 'PTR', ['mcp-run']],
  [REVERSE_LOOPBACK, 'PTR', ['localhost']],
  [REVERSE_OWN, 'TXT', []],
])('%s %s is its own: %j', (name, type, data) => {
  expect(ownAnswers({ name, type }, OWN)?.map((record) => record.data)).toEqual(data)
})

it.each([
  'localhost.evil.test',
  'evillocalhost',
  'x.mcp-run',
  'mcp-run.evil.test',
  '3.0.64.100.in-addr.arpa',
  '1.1.1.127.in-addr.arpa',
  '',
])('%s is not', (name) => {
  for (const type of ['A', 'PTR', 'TXT']) expect(ownAnswers({ name, type }, OWN)).toBeNull()
})
