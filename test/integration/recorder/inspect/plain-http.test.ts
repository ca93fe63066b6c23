import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { ask, rawClient } from './clients.ts'
import { NAME, type RigOptions, rigs } from './rig.ts'

const { of, close } = rigs()
afterEach(close)

async function withServer(options: RigOptions = {}) {
  const seen: string[] = []
  const server = createServer((req, res) => {
    seen.push(`${req.method} ${req.url} ${req.headers.host}`)
    req.on('end', () => res.end('plain')).resume()
  })
  return { world: await of(server, { protocol: 'http', ...options }), seen }
}

describe('HTTP without TLS', () => {
  it('is read as with it', async () => {
    const { world, seen } = await withServer()
    const { body } = await ask(world, { method: 'POST', path: '/a?b=c', body: 'text' })
    expect([body, seen]).toEqual(['plain', [`POST /a?b=c ${NAME}`]])
    await world.settled()
    expect(world.of('http-request')).toHaveLength(1)
    expect(world.of('http-request')[0]?.request).toMatchObject({ scheme: 'http', path: '/a?b=' })
    expect(world.of('http-ended')[0]?.end).toMatchObject({
      status: 200,
      bytesSent: 4,
      inspection: 'inspected',
    })
    expect(world.of('flow-opened')[0]?.flow).toMatchObject({ protocol: 'http', inspection: 'inspected' })
  })

  it('has a verdict for each request, the ones that come with the first included', async () => {
    const { world, seen } = await withServer()
    const client = await rawClient(world)
    client.write(`GET /1 HTTP/1.1\r\nHost: ${NAME}\r\n\r\nGET /2 HTTP/1.1\r\nHost: evil.test\r\n\r\n`)
    const text = await client.saw('request-mismatch')
    expect(text).toMatch(/^HTTP\/1.1 200 OK.*HTTP\/1.1 403 Forbidden/s)
    client.socket.end()
    await client.rest()
    expect(seen).toEqual([`GET /1 ${NAME}`])
    await world.settled()
    expect(world.of('http-request').map(({ request }) => request.host)).toEqual([NAME, 'evil.test'])
  })
})
