import { createServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { rawClient } from './clients.ts'
import { authorities, NAME, rigs } from './rig.ts'

const { of, close } = rigs()
afterEach(close)

/** A destination that says these bytes to each request. */
async function saying(bytes: string) {
  const { destinations } = await authorities()
  const server = createServer(await destinations.issue([NAME]), (socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(bytes, 'latin1'))
  })
  return of(server)
}

const ANSWERS: readonly [string, string, RegExp][] = [
  ['a reason with a control', 'HTTP/1.1 200 O\x01K\r\nContent-Length: 2\r\n\r\nok', /^$/],
  [
    'a reason in another alphabet',
    'HTTP/1.1 200 D\xe9j\xe0\r\nContent-Length: 2\r\n\r\nok',
    / 200 D\xe9j\xe0\r\n.*ok$/s,
  ],
  [
    'hints that are none',
    `HTTP/1.1 103 Early\r\nLink: <\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`,
    /^$/,
  ],
  [
    'length and chunks',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    /^$/,
  ],
  ['no HTTP', 'SSH-2.0-server\r\n', /^$/],
  ['nothing', '', /^$/],
  [
    'a body as long as the connection',
    'HTTP/1.1 200 OK\r\n\r\nok',
    /^HTTP\/1.1 200 OK\r\n.*2\r\nok\r\n0\r\n\r\n$/s,
  ],
  ['an answer of HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nok', / 200 OK\r\n.*ok/s],
  [
    'two answers to one request',
    'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\n\r\n',
    / 200 OK/,
  ],
  [
    'a switch that nobody asked for',
    'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nfree',
    /^$/,
  ],
]

describe('a destination that answers with', () => {
  it.each(ANSWERS)('%s', async (_, bytes, expected) => {
    const world = await saying(bytes)
    const client = await rawClient(world)
    client.write(`GET / HTTP/1.1\r\nHost: ${NAME}\r\nConnection: close\r\n\r\n`)
    expect(await client.rest()).toMatch(expected)
    await world.settled()
    expect(world.of('http-ended')).toHaveLength(1)
    expect(world.of('flow-closed')).toHaveLength(1)
  })
})
