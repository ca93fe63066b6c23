import { once } from 'node:events'
import { createServer } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { answerTo, ask, begin, oneConnection, rawClient } from './clients.ts'
import { authorities, NAME, rigs } from './rig.ts'

const { secure, of, close } = rigs()
afterEach(close)

const ended = { inspection: 'inspected', unread: null, findings: 0, verdict: null }

describe('a request over HTTP/1.1', () => {
  it('has its row, its end, and its bytes counted', async () => {
    const world = await secure((req, res) => req.on('end', () => res.end('answer')).resume())
    const body = '{"text":"hello"}'
    const { status, body: text } = await ask(world, { method: 'POST', path: '/a/b?to=x&n=1', body })
    expect([status, text]).toEqual([200, 'answer'])
    await world.settled()
    const kinds = ['flow-opened', 'http-request', 'http-fields', 'http-ended', 'flow-closed']
    expect(world.entries.map(({ kind }) => kind)).toEqual(kinds)
    expect(world.of('flow-opened')[0]?.flow).toMatchObject({ inspection: 'inspected', name: NAME })
    expect(world.of('http-fields')[0]?.fields.names).toEqual(['/text'])
    expect(world.of('http-request')[0]?.request).toMatchObject({
      ...{ scheme: 'https', method: 'POST', host: NAME, path: '/a/b?to=&n=' },
      ...{
        declaration: 'declared',
        action: 'allowed',
        reason: 'declared',
        attribution: { kind: 'background' },
      },
    })
    expect(world.of('http-ended')[0]?.end).toMatchObject({
      status: 200,
      bytesSent: 16,
      bytesReceived: 6,
      ...ended,
    })
    const [closed] = world.of('flow-closed')
    expect(closed).toMatchObject({ state: 'closed', cause: 'both sides closed' })
    expect(closed?.counts.bytesSent).toBeGreaterThan(body.length + 60)
    expect(closed?.counts.bytesReceived).toBeGreaterThan(60)
  })

  it('keeps the order, the case and the repetition of its fields, both ways', async () => {
    let seen: readonly string[] = []
    const answer = [
      'X-One',
      '1',
      'set-cookie',
      'a=1',
      'Set-Cookie',
      'b=2',
      'x-ONE',
      '2',
      'Content-Length',
      '0',
    ]
    const world = await secure((req, res) => {
      seen = req.rawHeaders
      res.sendDate = false
      res.writeHead(200, 'Fine Indeed', answer).end()
    })
    const client = await rawClient(world)
    client.write(`GET / HTTP/1.1\r\nx-b: 1\r\nHOST: ${NAME}\r\nX-A: 2\r\nX-B: 3\r\nConnection: close\r\n\r\n`)
    const text = await client.rest()
    expect(seen).toEqual(['x-b', '1', 'HOST', NAME, 'X-A', '2', 'X-B', '3', 'Connection', 'close'])
    expect(text).toBe(
      'HTTP/1.1 200 Fine Indeed\r\nX-One: 1\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\nx-ONE: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    )
  })

  it('takes what belongs to one connection from the next', async () => {
    let seen: readonly string[] = []
    const world = await secure((req, res) => {
      seen = req.rawHeaders
      res.end()
    })
    const client = await rawClient(world)
    client.write(`GET / HTTP/1.1\r\nHost: ${NAME}\r\nConnection: X-Hop, Host, close\r\nX-Hop: 1\r\n`)
    client.write('Proxy-Connection: keep-alive\r\nTE: gzip;q=1, trailers\r\nX-Stays: 1\r\n\r\n')
    await client.rest()
    expect(seen).toEqual(['Host', NAME, 'Connection', 'close', 'TE', 'trailers', 'X-Stays', '1'])
  })

  it('and the next ones go by the same connection', async () => {
    const ports = new Set<number | undefined>()
    const world = await secure((req, res) => {
      ports.add(req.socket.remotePort)
      res.end(req.url)
    })
    const agent = oneConnection(world)
    for (const path of ['/1', '/2', '/3']) expect((await ask(world, { path, agent })).body).toBe(path)
    agent.destroy()
    await world.settled()
    expect(ports.size).toBe(1)
    expect([world.of('flow-opened').length, world.of('http-request').length]).toEqual([1, 3])
  })

  it('goes by a new connection where the destination has closed the first', async () => {
    const ports = new Set<number | undefined>()
    const { destinations } = await authorities()
    const server = createServer(await destinations.issue([NAME]), (req, res) => {
      ports.add(req.socket.remotePort)
      res.end()
    })
    const far: TLSSocket[] = []
    server.on('secureConnection', (socket) => far.push(socket))
    const world = await of(server)
    const agent = oneConnection(world)
    await ask(world, { agent })
    // Closed both ways by then: the recorder has seen it.
    await Promise.all(far.map((socket) => once(socket.end(), 'close')))
    expect((await ask(world, { agent })).status).toBe(200)
    agent.destroy()
    await world.settled()
    expect(ports.size).toBe(2)
    expect(world.of('flow-opened')).toHaveLength(1)
    expect(world.of('http-ended').map(({ end }) => end.status)).toEqual([200, 200])
  })

  it('is told that the destination is gone, where it is', async () => {
    const { destinations } = await authorities()
    const far: TLSSocket[] = []
    const server = createServer(await destinations.issue([NAME]), (_req, res) => res.end())
    server.on('secureConnection', (socket) => far.push(socket))
    const world = await of(server)
    const agent = oneConnection(world)
    await ask(world, { agent })
    server.close()
    await Promise.all(far.map((socket) => once(socket.end(), 'close')))
    const answer = await ask(world, { agent })
    expect([answer.status, answer.headers['x-mcp-run-reason']]).toEqual([502, 'unreachable'])
    agent.destroy()
    await world.settled()
    expect(world.of('http-ended').map(({ end }) => end.status)).toEqual([200, null])
  })

  it('that was sent ahead of an answer has a verdict of its own', async () => {
    const seen: string[] = []
    const world = await secure((req, res) => {
      seen.push(req.url ?? '')
      res.end(`(${req.url})`)
    })
    const client = await rawClient(world)
    const get = (path: string, host = NAME, more = '') =>
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`
    client.write(get('/1') + get('/2', 'evil.test') + get('/3', NAME, 'Connection: close\r\n'))
    const text = await client.rest()
    expect(text.match(/HTTP\/1.1 \d+|\(\/\d\)/g)).toEqual([
      ...['HTTP/1.1 200', '(/1)', 'HTTP/1.1 403', 'HTTP/1.1 200', '(/3)'],
    ])
    expect(seen).toEqual(['/1', '/3'])
    await world.settled()
    expect(world.of('http-request').map(({ request }) => request.reason)).toEqual([
      ...['declared', 'request-mismatch', 'declared'],
    ])
    expect(world.alerts().map(({ kind }) => kind)).toEqual(['request_mismatch'])
  })

  it('waits where too many were sent ahead', async () => {
    const seen: number[] = []
    const world = await secure((req, res) => {
      seen.push(Number(req.url?.slice(1)))
      res.end()
    })
    const client = await rawClient(world)
    const all = Array.from({ length: 500 }, (_, index) => index)
    client.write(all.map((index) => `GET /${index} HTTP/1.1\r\nHost: ${NAME}\r\n\r\n`).join(''))
    client.write(`GET /last HTTP/1.1\r\nHost: ${NAME}\r\nConnection: close\r\n\r\n`)
    const text = await client.rest()
    expect(text.match(/HTTP\/1.1 200/g)).toHaveLength(501)
    expect(seen.slice(0, -1)).toEqual(all)
  })

  it('is carried in chunks with trailers, both ways', async () => {
    const seen: unknown[] = []
    const world = await secure((req, res) => {
      let body = ''
      req.on('data', (chunk) => {
        body += chunk
      })
      req.on('end', () => {
        seen.push(body, req.headers['transfer-encoding'], req.trailers)
        res.writeHead(200, { Trailer: 'X-Sum' })
        res.write('one')
        res.addTrailers({ 'X-Sum': '9' })
        res.end('two')
      })
    })
    const req = begin(world, {
      method: 'POST',
      headers: { Trailer: 'X-Check', 'Transfer-Encoding': 'chunked' },
    })
    req.write('a')
    req.addTrailers({ 'X-Check': '7' })
    req.end('b')
    const { body, trailers } = await answerTo(req)
    expect([body, trailers]).toEqual(['onetwo', { 'x-sum': '9' }])
    expect(seen).toEqual(['ab', 'chunked', { 'x-check': '7' }])
  })

  it('waits to be told to go on, if that is what it wants', async () => {
    const { destinations } = await authorities()
    const told: string[] = []
    const server = createServer(await destinations.issue([NAME]))
    server.on('checkContinue', (req, res) => {
      told.push('asked')
      res.writeContinue()
      req.on('end', () => res.end('thanks')).resume()
    })
    const world = await of(server)
    const req = begin(world, { method: 'PUT', headers: { Expect: '100-continue', 'Content-Length': '2' } })
    req.flushHeaders()
    await once(req, 'continue')
    req.end('ab')
    expect((await answerTo(req)).body).toBe('thanks')
    expect(told).toEqual(['asked'])
  })

  it('may be told no before it has sent its body', async () => {
    const { destinations } = await authorities()
    const server = createServer(await destinations.issue([NAME]))
    server.on('checkContinue', (_req, res) => res.writeHead(417).end())
    const world = await of(server)
    const req = begin(world, { method: 'PUT', headers: { Expect: '100-continue', 'Content-Length': '2' } })
    req.flushHeaders()
    expect((await answerTo(req)).status).toBe(417)
    req.destroy()
  })

  it('gets early hints', async () => {
    const world = await secure((_req, res) => {
      res.writeEarlyHints({ link: '</a.css>; rel=preload', 'x-early': '1' })
      res.end()
    })
    const client = await rawClient(world)
    client.write(`GET / HTTP/1.1\r\nHost: ${NAME}\r\nConnection: close\r\n\r\n`)
    const text = await client.rest()
    expect(text).toMatch(
      /^HTTP\/1.1 103 Early Hints\r\n(.*\r\n)*Link: <\/a.css>; rel=preload\r\n(.*\r\n)*\r\nHTTP\/1.1 200/i,
    )
  })

  it.each([
    ['HEAD', 200, { 'Content-Length': '5' }],
    ['GET', 204, {}],
    ['GET', 304, { ETag: '"a"' }],
  ])('%s answered with %i has no body', async (method, status, headers) => {
    const world = await secure((_req, res) => res.writeHead(status, headers).end())
    const agent = oneConnection(world)
    for (let count = 0; count < 2; count++) {
      const answer = await ask(world, { method, agent })
      expect([answer.status, answer.body]).toEqual([status, ''])
      if (method === 'HEAD') expect(answer.headers['content-length']).toBe('5')
    }
    agent.destroy()
  })

  it('of HTTP/1.0 is answered as one', async () => {
    let host: string | undefined
    const world = await secure((req, res) => {
      host = req.headers.host
      res.write('in ')
      res.end('pieces')
    })
    const client = await rawClient(world)
    client.write('GET / HTTP/1.0\r\n\r\n')
    const text = await client.rest()
    expect(text).toMatch(/\r\n\r\nin pieces$/)
    expect(host).toBe(NAME)
  })

  it('of a method that has a body, without one, does not get chunks', async () => {
    let seen: readonly string[] = []
    const world = await secure((req, res) => {
      seen = req.rawHeaders
      res.end()
    })
    const client = await rawClient(world)
    client.write(`POST /x HTTP/1.1\r\nHost: ${NAME}\r\nConnection: close\r\n\r\n`)
    expect(await client.rest()).toContain('HTTP/1.1 200')
    expect(seen).toEqual(['Host', NAME, 'Connection', 'close', 'Content-Length', '0'])
  })

  it('is sent though its client has ended its side', async () => {
    const world = await secure((req, res) => req.on('end', () => res.end('still read')).resume())
    const client = await rawClient(world)
    client.write(`GET / HTTP/1.1\r\nHost: ${NAME}\r\n\r\n`)
    client.socket.end()
    await world.settled()
    expect(world.of('http-ended')[0]?.end).toMatchObject({ status: 200 })
  })

  it('teaches what its answer holds before the server has it', async () => {
    const world = await secure((_req, res) => res.end('{"owner":"bob@partner.test"}'))
    await ask(world)
    expect(world.learnt.join(' ')).toContain('bob@partner.test')
  })
})
