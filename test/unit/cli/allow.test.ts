import { expect, test } from 'vitest'
import { parseDestination } from '../../../cli/egress/allow.ts'

test.each([
  ['api.example.com:8443', 'api.example.com', 8443],
  ['api.example.com', 'api.example.com', 443],
  ['*.example.com:443', '*.example.com', 443],
  ['[2001:db8::1]:53', '[2001:db8::1]', 53],
  ['10.0.0.0/8:5432', '10.0.0.0/8', 5432],
])('%s', (text, host, port) => {
  expect(parseDestination(text)).toEqual({ host, port })
})

test.each(['', ':443', 'a:', 'a:0', 'a:65536', 'a:b', '2001:db8::1', 'a:1:2'])('%j is refused', (text) => {
  expect(() => parseDestination(text)).toThrow('HOST:PORT')
})
