import { describe, expect, test } from 'vitest'
import { classifyFirstBytes, FIRST_BYTES_LIMIT } from '../../../runtime/protocol/first-bytes.ts'
import { clientHello, helloMessage, records, serverName } from './hello-bytes.ts'

const http = Buffer.from('GET /a HTTP/1.1\r\nHost: api.test\r\n\r\n')
const hello = clientHello(serverName('api.test'))

test.each([
  ['nothing yet', Buffer.alloc(0), { kind: 'need-more' }],
  ['TLS', hello, { kind: 'tls', sni: 'api.test' }],
  ['HTTP', http, { kind: 'http', host: 'api.test' }],
  ['HTTP/2 without TLS', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), { kind: 'h2c' }],
  ['neither', Buffer.from([0]), { kind: 'unknown' }],
  ['a record of SSL 2', Buffer.from([0x16, 2]), { kind: 'unknown' }],
  ['SSH', Buffer.from('SSH-2.0-x\r\n'), { kind: 'unknown' }],
  ['TLS, broken', Buffer.from([0x16, 3, 9]), { kind: 'malformed', protocol: 'tls', what: 'record version' }],
  [
    'HTTP, broken',
    Buffer.from('GET / HTTP/1.1\n\n'),
    { kind: 'malformed', protocol: 'http', what: 'line end' },
  ],
])('%s', (_case, bytes, expected) => {
  expect(classifyFirstBytes(bytes)).toMatchObject(expected)
})

describe('one byte a segment', () => {
  const endless = (text: string) => Buffer.alloc(FIRST_BYTES_LIMIT, text)
  const cases: readonly (readonly [string, Buffer, string])[] = [
    ['a target without end', Buffer.concat([Buffer.from('GET /'), endless('a')]), 'unknown'],
    [
      'short header lines',
      Buffer.concat([Buffer.from('GET / HTTP/1.1\r\n'), endless('a:\r\n')]),
      'malformed',
    ],
    [
      'long header lines',
      Buffer.concat([Buffer.from('GET / HTTP/1.1\r\n'), endless(`a: ${'b'.repeat(260)}\r\n`)]),
      'malformed',
    ],
    ['bare line feeds', Buffer.concat([Buffer.from('GET / HTTP/1.1\r\n'), endless('a\n')]), 'malformed'],
    ['records of one byte', records(helloMessage([Buffer.alloc(60_000)]), 1), 'malformed'],
    ['records of eleven bytes', records(helloMessage([Buffer.alloc(60_000)]), 11), 'malformed'],
  ]
  test.each(cases)('%s: decided within the limit, in bounded time', (_case, bytes, kind) => {
    const started = performance.now()
    let length = 0
    while (length < FIRST_BYTES_LIMIT && classifyFirstBytes(bytes.subarray(0, length)).kind === 'need-more')
      length++
    expect(classifyFirstBytes(bytes.subarray(0, length)).kind).toBe(kind)
    expect(performance.now() - started).toBeLessThan(5000)
  })
})
