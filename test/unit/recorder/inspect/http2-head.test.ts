import { describe, expect, it } from 'vitest'
import { pairs } from '../../../../runtime/recorder/inspect/http1-head.ts'
import { firstOfEach, http2Headers, readHttp2Head } from '../../../../runtime/recorder/inspect/http2-head.ts'

const HEAD = [':method', 'POST', ':path', '/a', ':scheme', 'https', ':authority', 'api.test']
const read = (raw: readonly string[]) => readHttp2Head(pairs(raw), { scheme: 'https', bare: false })

describe('readHttp2Head', () => {
  it.each<[string, string[], object]>([
    [
      'what is asked, and of whom',
      HEAD,
      { method: 'POST', target: '/a', hosts: ['api.test'], malformed: false },
    ],
    [
      'fields without the pseudo ones',
      [...HEAD, 'x', '1', 'x', '2'],
      { headers: pairs(['x', '1', 'x', '2']) },
    ],
    [
      'a host for an authority',
      [...HEAD.slice(0, 6), 'host', 'api.test'],
      { hosts: ['api.test'], malformed: false },
    ],
    ['the same host once', [...HEAD, 'host', 'api.test'], { hosts: ['api.test'] }],
    ['two hosts as two', [...HEAD, 'host', 'evil.test'], { hosts: ['api.test', 'evil.test'] }],
    ['nobody to ask as malformed', HEAD.slice(0, 6), { hosts: [], malformed: true }],
    [
      'another scheme as malformed',
      [...HEAD.slice(0, 4), ':scheme', 'http', ...HEAD.slice(6)],
      { malformed: true },
    ],
    ['how long the body is', [...HEAD, 'content-length', '12'], { announced: 12 }],
    ['that the client waits', [...HEAD, 'expect', '100-Continue'], { expects: true }],
    ['nothing of either', HEAD, { announced: null, expects: false }],
  ])('gives %s', (_, raw, expected) => {
    expect(read(raw)).toMatchObject(expected)
  })
})

it('headers for Node keep the order of names, and of the values of one', () => {
  const headers = http2Headers(pairs(['b', '1', '__proto__', 'x', 'a', '2', 'b', '3', 'b', '4']))
  expect(Object.entries(headers)).toEqual([
    ['b', ['1', '3', '4']],
    ['__proto__', 'x'],
    ['a', '2'],
  ])
})

it('of what may stand once alone the first counts', () => {
  expect(firstOfEach(pairs(['age', '1', 'set-cookie', 'a', 'age', '2', 'set-cookie', 'b']))).toEqual(
    pairs(['age', '1', 'set-cookie', 'a', 'set-cookie', 'b']),
  )
})
