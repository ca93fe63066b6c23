import { once } from 'node:events'
import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'
import { afterEach, describe, expect, it } from 'vitest'
import { answerTo, ask, http2Rigs } from './http2-rig.ts'
import { NAME } from './rig.ts'

const { withServer, session, close } = http2Rigs()
afterEach(close)

describe('a request over HTTP/2', () => {
  it('has its row, its end, and its bytes counted', async () => {
    const { world } = await withServer((stream) => {
      stream.on('end', () => {
        stream.respond({ ':status': 201 })
        stream.end('answer')
      })
      stream.resume()
    })
    const at = session(world)
    const { status, body } = await ask(at, { ':method': 'POST', ':path': '/a?b=c' }, 'question')
    expect([status, body]).toEqual([201, 'answer'])
    at.close()
    await world.settled()
    expect(world.entries.map(({ kind }) => kind)).toEqual([
      ...['flow-opened', 'http-request', 'http-ended', 'flow-closed'],
    ])
    expect(world.of('http-request')[0]?.request).toMatchObject({
      ...{ scheme: 'https', method: 'POST', host: NAME, path: '/a?b=', reason: 'declared' },
    })
    expect(world.of('http-ended')[0]?.end).toMatchObject({
      ...{ status: 201, bytesSent: 8, bytesReceived: 6, inspection: 'inspected' },
    })
    const [closed] = world.of('flow-closed')
    expect(closed).toMatchObject({ state: 'closed' })
    expect(closed?.counts.bytesSent).toBeGreaterThan(8)
    expect(closed?.counts.bytesReceived).toBeGreaterThan(6)
  })

  it('keeps the order and the repetition of its fields, both ways', async () => {
    let seen: readonly string[] = []
    const { world } = await withServer((stream, _headers, raw) => {
      seen = raw
      stream.respond({ ':status': 200, 'x-b': ['1', '2'], 'set-cookie': ['a=1', 'b=2'], 'x-a': '3' }, {
        sendDate: false,
      } as never)
      stream.end()
    })
    const { raw } = await ask(session(world), {
      'x-b': ['1', '2'],
      cookie: ['a=1', 'b=2'],
      'x-a': '3',
      te: 'trailers',
    })
    expect(seen.filter((_value, at) => at >= 8)).toEqual([
      ...['x-b', '1', 'x-b', '2', 'cookie', 'a=1', 'cookie', 'b=2', 'x-a', '3', 'te', 'trailers'],
    ])
    expect(raw).toEqual([
      ...[':status', '200', 'x-b', '1', 'x-b', '2', 'set-cookie', 'a=1', 'set-cookie', 'b=2', 'x-a', '3'],
    ])
  })

  it('has a verdict of its own among others', async () => {
    const seen: unknown[] = []
    const { world } = await withServer((stream, headers) => {
      seen.push(headers[':path'])
      stream.respond({ ':status': 200 })
      stream.end('ok')
    })
    const at = session(world)
    const answers = await Promise.all([
      ask(at, { ':path': '/1' }),
      ask(at, { ':path': '/2', ':authority': 'evil.test' }),
      ask(at, { ':path': '/3', ':method': 'POST', ':authority': 'evil.test' }, Buffer.alloc(1024 * 1024)),
      ask(at, { ':path': '/4' }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 403, 200])
    expect(answers[1]?.headers['x-mcp-run-reason']).toBe('request-mismatch')
    expect(seen).toEqual(['/1', '/4'])
    at.close()
    await world.settled()
    expect(world.of('flow-opened')).toHaveLength(1)
    expect(world.alerts().map(({ kind }) => kind)).toEqual(['request_mismatch', 'request_mismatch'])
  })

  it.each<[string, OutgoingHttpHeaders, string]>([
    ['another host than its authority', { host: 'evil.test' }, 'malformed'],
    ['the scheme of another connection', { ':scheme': 'http' }, 'malformed'],
    ['another port', { ':authority': `${NAME}:1` }, 'request-mismatch'],
  ])('with %s goes nowhere', async (_, headers, reason) => {
    const seen: unknown[] = []
    const { world } = await withServer((stream) => {
      seen.push(stream)
      stream.respond({ ':status': 200 })
      stream.end()
    })
    const answer = await ask(session(world), headers)
    expect(answer.headers['x-mcp-run-reason']).toBe(reason)
    expect(seen).toEqual([])
    expect(world.of('http-request')[0]?.request.reason).toBe(reason)
  })

  it('with a whole URL for a path is broken off', async () => {
    const seen: unknown[] = []
    const { world } = await withServer((stream) => seen.push(stream))
    const stream = session(world).request({ ':path': 'http://evil.test/', ':authority': NAME })
    await once(stream, 'error')
    expect([stream.rstCode, seen]).toEqual([constants.NGHTTP2_PROTOCOL_ERROR, []])
  })

  it('that asks for a tunnel goes nowhere', async () => {
    const { world } = await withServer(() => undefined)
    const stream = session(world).request({ ':method': 'CONNECT', ':authority': 'evil.test:443' })
    const [headers] = await once(stream, 'response')
    expect(headers['x-mcp-run-reason']).toBe('malformed')
    stream.destroy()
    expect(world.of('http-request')[0]?.request).toMatchObject({ method: 'CONNECT', reason: 'malformed' })
  })

  it('is not offered tunnels, and the destination not pushes', async () => {
    let push: boolean | undefined
    const { world } = await withServer((stream) => {
      push = stream.pushAllowed
      stream.respond({ ':status': 200 })
      stream.end()
    })
    const at = session(world)
    await ask(at)
    expect(at.remoteSettings.enableConnectProtocol).toBe(false)
    expect(push).toBe(false)
  })

  it('carries trailers both ways', async () => {
    let seen: IncomingHttpHeaders | null = null
    const { world } = await withServer((stream) => {
      stream.on('trailers', (fields) => {
        seen = fields
      })
      stream.on('end', () => {
        stream.respond({ ':status': 200 }, { waitForTrailers: true })
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
        stream.end('ok')
      })
      stream.resume()
    })
    const stream = session(world).request(
      { ':method': 'POST', ':authority': NAME },
      { waitForTrailers: true },
    )
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '7' }))
    stream.end('body')
    const { body, trailers } = await answerTo(stream)
    expect([body, trailers?.['grpc-status'], seen?.['x-sum' as never]]).toEqual(['ok', '0', '7'])
  })

  it('is told to go on, and of what comes early', async () => {
    const { world } = await withServer((stream) => {
      stream.additionalHeaders({ ':status': 100 })
      stream.additionalHeaders({ ':status': 103, link: '</a.css>; rel=preload' })
      stream.on('end', () => {
        stream.respond({ ':status': 200 })
        stream.end()
      })
      stream.resume()
    })
    const stream = session(world).request({ ':method': 'PUT', ':authority': NAME, expect: '100-continue' })
    const early: unknown[] = []
    stream.on('headers', (headers) => early.push(headers[':status']))
    await once(stream, 'continue')
    stream.end('body')
    await answerTo(stream)
    expect(early).toEqual([100, 103])
  })

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('%s answered with %i has no body', async (method, status) => {
    const { world } = await withServer((stream) => {
      const fields = status === 204 ? {} : { 'content-length': '5' }
      stream.respond({ ':status': status, ...fields }, { endStream: true })
    })
    const answer = await ask(session(world), { ':method': method })
    expect([answer.status, answer.body]).toEqual([status, ''])
  })
})
