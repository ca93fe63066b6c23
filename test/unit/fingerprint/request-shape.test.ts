import { expect, test } from 'vitest'
import { hostName, hostOfName, hostSegments } from '../../../runtime/fingerprint/host-shape.ts'
import {
  fieldName,
  fieldSegments,
  pathName,
  pathOfName,
  pathSegments,
  queryNames,
} from '../../../runtime/fingerprint/request-shape.ts'

test.each([
  ['/email/withTemplate', 'POST /email/withTemplate'],
  ['/', 'POST /'],
  ['/v1.2/items/17/parts/0b7e5c1d-4f8a-4c53-9b1e-2d6a7f3c8e90', 'POST /v1.2/items/{n}/parts/{id}'],
  ['/days/2026-11-22?x=', 'POST /days/{date}'],
  ['/files/report.json', 'POST /files/report.json'],
  ['/v1/rows:search', 'POST /v1/rows:search'],
  ['/to/alice%40customer.test', 'POST /to/{…}'],
  ['/a%2Fb/c;id=', 'POST /{…}/c'],
  ['/{…}/x', 'POST /{…}/x'],
  ['*', 'POST /{…}'],
])('%s', (path, name) => {
  const segments = pathSegments('POST', path)
  expect(pathName(segments)).toBe(name)
  expect(pathOfName(name)).toEqual(segments)
})

test('a path of many segments ends early, and a method may be any text', () => {
  expect(pathSegments('GET', `/${'a/'.repeat(500)}`)).toHaveLength(18)
  expect(pathSegments('x\u001b[2J', '/a')).toEqual(['{…}', 'a'])
})

test('the names of parameters are fields', () => {
  expect(queryNames('/a?count=&offset=&ids[]=&ids[1]=&7=&x%5F1=')).toEqual([
    'query:count',
    'query:offset',
    'query:ids',
    'query:{n}',
    'query:x_1',
  ])
  expect(queryNames('/a')).toEqual([])
})

test.each(['/Bcc', '/Messages/{n}/To', 'form:to', 'form:a/b', 'part:file', 'query:q'])('field %s', (name) => {
  expect(fieldName(fieldSegments(name))).toBe(name)
})

test.each([
  [{ name: 'api.exa.ai', address: '198.18.0.1', port: 443 }, 'tls', 'api.exa.ai:443/tls'],
  [{ name: null, address: '203.0.113.7', port: 4444 }, 'none', '203.0.113.7:4444/tcp'],
  [{ name: null, address: '2001:db8::1', port: 443 }, 'tls', '[2001:db8::1]:443/tls'],
] as const)('host %s', (destination, protocol, name) => {
  const segments = hostSegments({ ...destination, transport: 'tcp', nameSource: 'none' }, protocol)
  expect(hostName(segments)).toBe(name)
  expect(hostOfName(name)).toEqual(segments)
})

test('names that vary without bound are one', () => {
  expect(hostName(['test', 'evil', '*', '443/tls'])).toBe('*.evil.test:443/tls')
  expect(hostOfName('*.evil.test:443/tls')).toEqual(['test', 'evil', '*', '443/tls'])
})
