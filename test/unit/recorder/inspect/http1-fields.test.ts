import { describe, expect, it } from 'vitest'
import {
  forwardedFields,
  forwardedTrailers,
  type KeptFields,
} from '../../../../runtime/recorder/inspect/http1-fields.ts'
import { pairs } from '../../../../runtime/recorder/inspect/http1-head.ts'

const all: KeptFields = { upgrade: true, expect: true }
const none: KeptFields = { upgrade: false, expect: false }

describe('forwardedFields', () => {
  it.each<[string, KeptFields, string[], string[]]>([
    ['order, case and repetition', none, ['b', '1', 'A', '2', 'B', '3'], ['b', '1', 'A', '2', 'B', '3']],
    [
      'how long the connection is kept',
      none,
      ['Connection', 'Close', 'Keep-Alive', 'timeout=5'],
      ['Connection', 'Close', 'Keep-Alive', 'timeout=5'],
    ],
    [
      'no field that Connection names',
      none,
      ['Connection', 'x-a, close', 'X-A', '1', 'X-B', '2'],
      ['Connection', 'close', 'X-B', '2'],
    ],
    ['no Connection that says nothing else', none, ['Connection', 'x-a', 'X-A', '1'], []],
    [
      'fields named by any of several',
      none,
      ['Connection', 'a', 'connection', 'b', 'A', '1', 'B', '2', 'C', '3'],
      ['C', '3'],
    ],
    [
      'whose it is and how long, whatever Connection names',
      none,
      ['Connection', 'Host, Content-Length, Transfer-Encoding', 'Host', 'h', 'Content-Length', '1'],
      ['Host', 'h', 'Content-Length', '1'],
    ],
    ['chunks', none, ['Transfer-Encoding', 'chunked'], ['Transfer-Encoding', 'chunked']],
    ['of TE the trailers', none, ['TE', 'deflate;q=0.5, trailers'], ['TE', 'trailers']],
    ['no other TE', none, ['TE', 'deflate'], []],
    [
      'no Upgrade',
      none,
      ['Upgrade', 'h2c', 'Connection', 'Upgrade, HTTP2-Settings', 'HTTP2-Settings', 'AAA'],
      [],
    ],
    [
      'a WebSocket’s Upgrade',
      all,
      ['Upgrade', 'websocket', 'Connection', 'Upgrade'],
      ['Upgrade', 'websocket', 'Connection', 'Upgrade'],
    ],
    ['no expectation that was met', none, ['Expect', '100-continue'], []],
    ['an expectation that is the destination’s', all, ['Expect', '100-continue'], ['Expect', '100-continue']],
    ['nothing for a proxy', none, ['Proxy-Connection', 'keep-alive'], []],
  ])('gives %s', (_, kept, raw, expected) => {
    expect(forwardedFields(pairs(raw), kept)).toEqual(expected)
  })
})

it('of trailers those stay that say nothing of the message itself', () => {
  const raw = ['X-Sum', '1', 'Content-Length', '2', 'HOST', 'h', 'Authorization', 'a', 'Grpc-Status', '0']
  expect(forwardedTrailers(pairs(raw))).toEqual(pairs(['X-Sum', '1', 'Grpc-Status', '0']))
})
