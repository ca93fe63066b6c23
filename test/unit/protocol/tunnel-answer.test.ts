import { expect, test } from 'vitest'
import { FIRST_BYTES_LIMIT } from '../../../runtime/protocol/limit.ts'
import { readTunnelAnswer, type TunnelAnswer } from '../../../runtime/protocol/tunnel-answer.ts'

const OK = 'HTTP/1.1 200 Connection established\r\n\r\n'
const read = (text: string) => readTunnelAnswer(Buffer.from(text, 'latin1'))

test.each<readonly [string, TunnelAnswer]>([
  [OK, { kind: 'opened', bytes: OK.length }],
  [`${OK}SSH-2.0-x\r\n\r\n`, { kind: 'opened', bytes: OK.length }],
  ['HTTP/1.0 200\r\n\r\n', { kind: 'opened', bytes: 16 }],
  ['HTTP/1.1 204 x\nA: b\n\n', { kind: 'opened', bytes: 21 }],
  [`HTTP/1.1 200 x\r\nContent-Length: 5\r\n\r\nabcde`, { kind: 'opened', bytes: 37 }],
  [`HTTP/1.1 102 Processing\r\n\r\n${OK}`, { kind: 'opened', bytes: 27 + OK.length }],
  ['HTTP/1.1 403 Forbidden\r\nX: \x1b[2J\r\n\r\n<html>', { kind: 'refused', status: 403 }],
  ['HTTP/1.1 407 Authenticate\r\n\r\n', { kind: 'refused', status: 407 }],
  ['HTTP/1.1 302 Found\r\nLocation: http://login/\r\n\r\n', { kind: 'refused', status: 302 }],
  ['HTTP/1.1 99 x\r\n\r\n', { kind: 'malformed' }],
  ['HTTP/1.1 2000 x\r\n\r\n', { kind: 'malformed' }],
  ['HTTP/2 200 x\r\n\r\n', { kind: 'malformed' }],
  ['SSH-2.0', { kind: 'malformed' }],
  ['\x15\x03\x03', { kind: 'malformed' }],
  [`HTTP/1.1 200 ${'x'.repeat(FIRST_BYTES_LIMIT)}`, { kind: 'malformed' }],
  ['', { kind: 'need-more' }],
  ['HTTP/1.1 102 Processing\r\n\r\n', { kind: 'need-more' }],
])('%j', (text, expected) => {
  expect(read(text)).toEqual(expected)
})

test('an answer in pieces needs more until its head is whole', () => {
  for (let length = 0; length < OK.length; length++) expect(read(OK.slice(0, length)).kind).toBe('need-more')
})
