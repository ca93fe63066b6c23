import { EventEmitter, once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { ask, oneConnection, rawClient } from './clients.ts'
import { NAME, type RigOptions, rigs } from './rig.ts'

const { secure, close } = rigs()
afterEach(close)

const HOST = `Host: ${NAME}\r\n`

/** Bytes, and what becomes of them; `GET /smuggled` in them must never be a request of its own. */
const FORMS: readonly [string, string, reason: string, status: number][] = [
  ['two Host fields', `GET / HTTP/1.1\r\n${HOST}Host: evil.test\r\n\r\n`, 'malformed', 400],
  ['the same Host twice', `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`, 'malformed', 400],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 'malformed', 400],
  ['another Host', 'GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n', 'request-mismatch', 403],
  ['another port', `GET / HTTP/1.1\r\nHost: ${NAME}:1\r\n\r\n`, 'request-mismatch', 403],
  ['a user name in Host', `GET / HTTP/1.1\r\nHost: ${NAME}@evil.test\r\n\r\n`, 'request-mismatch', 403],
  ['a URL of another host', `GET http://evil.test/ HTTP/1.1\r\n${HOST}\r\n`, 'request-mismatch', 403],
  ['a URL of its own host', `GET https://${NAME}/ HTTP/1.1\r\n${HOST}\r\n`, 'malformed', 400],
  ['CONNECT', `CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test:443\r\n\r\n`, 'malformed', 400],
  ['a target without a slash', `GET evil HTTP/1.1\r\n${HOST}\r\n`, 'malformed', 400],
  [
    'length and chunks',
    post('Content-Length: 4\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
    'malformed',
    400,
  ],
  [
    'chunks and length',
    post('Transfer-Encoding: chunked\r\nContent-Length: 4', '0\r\n\r\n'),
    'malformed',
    400,
  ],
  ['two lengths', post('Content-Length: 4\r\nContent-Length: 5', 'abcde'), 'malformed', 400],
  ['the same length twice', post('Content-Length: 4\r\nContent-Length: 4', 'abcd'), 'malformed', 400],
  ['a list of lengths', post('Content-Length: 4, 4', 'abcd'), 'malformed', 400],
  ['a length with a sign', post('Content-Length: +4', 'abcd'), 'malformed', 400],
  ['a length in hexadecimal', post('Content-Length: 0x4', 'abcd'), 'malformed', 400],
  ['a length beyond all numbers', post('Content-Length: 99999999999999999999', 'abcd'), 'malformed', 400],
  ['chunks, and a coding after', post('Transfer-Encoding: chunked, identity', '0\r\n\r\n'), 'malformed', 400],
  ['a coding that is not known', post('Transfer-Encoding: xchunked', '0\r\n\r\n'), 'malformed', 400],
  [
    'chunks twice',
    post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
    'malformed',
    400,
  ],
  ['a coding with a tab', post('Transfer-Encoding:\tchunked', '0\r\n\r\n'), 'declared', 200],
  ['a coding with a control', post('Transfer-Encoding: \x0bchunked', '0\r\n\r\n'), 'malformed', 400],
  ['a space before the colon', post('Transfer-Encoding : chunked', '0\r\n\r\n'), 'malformed', 400],
  [
    'chunks in HTTP/1.0',
    `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'malformed',
    400,
  ],
  ['a folded field', `GET / HTTP/1.1\r\n${HOST}X: a\r\n b\r\n\r\n`, 'malformed', 400],
  ['bare line feeds', `GET / HTTP/1.1\nHost: ${NAME}\n\n`, 'malformed', 400],
  ['a bare carriage return', `GET / HTTP/1.1\r\n${HOST}X: a\rY: b\r\n\r\n`, 'malformed', 400],
  ['a NUL', `GET / HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`, 'malformed', 400],
  ['a field without a name', `GET / HTTP/1.1\r\n${HOST}: x\r\n\r\n`, 'malformed', 400],
  ['another version', `GET / HTTP/2.0\r\n${HOST}\r\n`, 'malformed', 400],
  ['HTTP/2 unasked', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'malformed', 400],
  ['no HTTP at all', 'EHLO mail.test\r\n', 'malformed', 400],
]

function post(fields: string, body: string): string {
  return `POST / HTTP/1.1\r\n${HOST}${fields}\r\n\r\n${body}GET /smuggled HTTP/1.1\r\n${HOST}\r\n`
}

describe('a request in a form that', () => {
  it.each(FORMS)('%s is judged', async (_, bytes, reason, status) => {
    const seen: (string | undefined)[] = []
    const world = await secure((req, res) => {
      seen.push(req.url)
      req.on('end', () => res.end()).resume()
    })
    const client = await rawClient(world)
    client.write(bytes)
    const text = await client.saw('\r\n\r\n')
    client.socket.end()
    await client.rest()
    await world.settled()
    expect(text).toContain(`HTTP/1.1 ${status} `)
    expect(world.of('http-request')[0]?.request).toMatchObject({ reason })
    if (status === 200) return
    expect(text).toContain(`\r\nX-Mcp-Run-Reason: ${reason}\r\n`)
    expect(seen).toEqual([])
    expect(world.alerts()).toHaveLength(1)
  })

  it('is read in two ways is the last of its connection', async () => {
    const seen: (string | undefined)[] = []
    const world = await secure((req, res) => {
      seen.push(req.url)
      res.end()
    })
    const client = await rawClient(world)
    client.write(`GET /1 HTTP/1.1\r\n${HOST}${HOST}\r\nGET /2 HTTP/1.1\r\n${HOST}\r\n`)
    const text = await client.rest()
    await world.settled()
    expect(text.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 400'])
    expect([seen, world.of('http-request').length]).toEqual([[], 1])
  })

  it('breaks off an answer under way ends with it', async () => {
    const far = new EventEmitter()
    const world = await secure((_req, res) => far.emit('asked', res))
    const asked = once(far, 'asked')
    const client = await rawClient(world)
    client.write(`GET /1 HTTP/1.1\r\n${HOST}\r\n`)
    await asked
    client.write('no request at all\r\n\r\n')
    expect(await client.rest()).toBe('')
    await world.settled()
    expect(world.of('http-request').map(({ request }) => request.reason)).toEqual(['declared', 'malformed'])
    expect(world.alerts()).toMatchObject([{ reason: 'malformed', action: 'denied' }])
  })

  it('breaks its own body off is denied at its end', async () => {
    let received = ''
    const world = await secure((req) => {
      req.on('data', (chunk: Buffer) => {
        received += chunk
      })
      req.on('error', () => undefined)
    })
    const client = await rawClient(world)
    client.write(`POST /1 HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n`)
    await expect.poll(() => received).toBe('abcd')
    client.write('no length\r\nsecret\r\n0\r\n\r\n')
    await client.rest()
    await world.settled()
    expect(received).toBe('abcd')
    expect(world.of('http-request').map(({ request }) => request.reason)).toEqual(['declared'])
    expect(world.of('http-ended')).toMatchObject([
      { end: { bytesSent: 4, verdict: { action: 'denied', reason: 'malformed' } } },
    ])
    expect(world.alerts()).toMatchObject([{ reason: 'malformed', action: 'denied' }])
  })

  it('has too long a head is refused', async () => {
    const seen: (string | undefined)[] = []
    const world = await secure((req, res) => {
      seen.push(req.url)
      res.end()
    })
    const client = await rawClient(world)
    client.write(`GET / HTTP/1.1\r\n${HOST}X: ${'a'.repeat(70_000)}\r\n\r\n`)
    await client.rest()
    await world.settled()
    expect([seen, world.of('http-request').length]).toEqual([[], 1])
  })

  it('breaks off in its body is broken off at the destination', async () => {
    const ends: string[] = []
    const began = new EventEmitter()
    const world = await secure((req) => {
      req.on('data', () => began.emit('body'))
      req.on('error', () => ends.push('broken off')).on('end', () => ends.push('end'))
    })
    const client = await rawClient(world)
    const body = once(began, 'body')
    client.write(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n`)
    await body
    client.write('zz\r\n')
    await client.rest()
    await world.settled()
    await world.close()
    expect(ends).toEqual(['broken off'])
    expect(world.of('http-ended')[0]?.end).toMatchObject({ status: null, bytesSent: 4 })
  })

  it('says in a trailer what belongs in its head is sent without that', async () => {
    const ends: string[] = []
    const world = await secure((req, res) => {
      req.on('end', () => {
        ends.push(JSON.stringify(req.rawTrailers))
        res.end()
      })
      req.resume()
    })
    const client = await rawClient(world)
    client.write(
      `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\nX-A: 1\r\nHost: evil.test\r\n\r\n`,
    )
    await client.saw('\r\n\r\n')
    client.socket.destroy()
    await world.settled()
    expect(ends).toEqual(['["X-A","1"]'])
  })
})

describe('a request that its profile', () => {
  const requests = [{ methods: ['GET'], paths: ['/v1/**'] }]
  it.each<[string, RigOptions, string, string, number, string]>([
    ['declares', {}, 'GET', '/v1/a/b?x=1', 200, 'declared'],
    ['does not declare by its method', {}, 'DELETE', '/v1/a', 403, 'request-undeclared'],
    ['does not declare by its path', {}, 'GET', '/v2', 403, 'request-undeclared'],
    ['does not declare, and watches', { mode: 'monitor' }, 'GET', '/v2', 200, 'request-undeclared'],
  ])('%s', async (_, options, method, path, status, reason) => {
    const world = await secure((_req, res) => res.end(), { requests, ...options })
    const answer = await ask(world, { method, path })
    await world.settled()
    expect(answer.status).toBe(status)
    expect(world.of('http-request')[0]?.request.reason).toBe(reason)
    expect(world.alerts()).toHaveLength(reason === 'declared' ? 0 : 1)
    if (status === 403) {
      expect(answer.headers['x-mcp-run-reason']).toBe(reason)
      expect(answer.body).toContain('mcp-run denied this request')
      expect(world.of('http-ended')[0]?.end).toMatchObject({ status: null, inspection: 'none', bytesSent: 0 })
    }
  })

  it('does not declare leaves the connection to the next one', async () => {
    const world = await secure((_req, res) => res.end('ok'), { requests })
    const agent = oneConnection(world)
    expect((await ask(world, { path: '/v2', agent })).status).toBe(403)
    expect((await ask(world, { path: '/v1', agent })).body).toBe('ok')
    agent.destroy()
    await world.settled()
    expect(world.of('flow-opened')).toHaveLength(1)
  })

  it('does not declare is answered though its body still comes', async () => {
    const world = await secure((_req, res) => res.end('ok'), { requests })
    const answer = await ask(world, { method: 'POST', path: '/v1', body: Buffer.alloc(4 * 1024 * 1024) })
    expect(answer.status).toBe(403)
    await world.settled()
  })
})
