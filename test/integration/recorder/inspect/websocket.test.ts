import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { rawClient } from './clients.ts'
import { authorities, NAME, type RigOptions, rigs } from './rig.ts'

const { of, close } = rigs()
afterEach(close)

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const ACCEPT = createHash('sha1').update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
const handshake = (path = '/', more = '') =>
  `GET ${path} HTTP/1.1\r\nHost: ${NAME}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${KEY}\r\n${more}\r\n`

async function withServer(upgrade: (socket: Duplex, early: Buffer) => void, options: RigOptions = {}) {
  const { destinations } = await authorities()
  const seen: (string | undefined)[] = []
  const server = createServer(await destinations.issue([NAME]), (req, res) => {
    seen.push(req.headers.upgrade)
    let body = ''
    req.on('data', (chunk) => {
      body += chunk
    })
    req.on('end', () => res.end(`plain ${body}`))
  })
  server.on('upgrade', (_req, socket, early) => upgrade(socket, early))
  return { world: await of(server, options), seen }
}

const accept = (socket: Duplex): void => {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${ACCEPT}\r\n\r\nhello`,
  )
  socket.on('data', (bytes) => socket.write(`echo ${bytes}`))
  socket.on('end', () => socket.end())
}

describe('a WebSocket', () => {
  it('is carried after its handshake, counted, and said to be unread', async () => {
    const { world } = await withServer(accept)
    const client = await rawClient(world)
    client.write(handshake())
    const head = await client.saw('hello')
    expect(head).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n/)
    client.write('frame')
    await client.saw('echo frame')
    client.socket.end()
    await client.rest()
    await world.settled()
    expect(world.of('http-ended')[0]?.end).toMatchObject({
      ...{ status: 101, inspection: 'partial', unread: 'websocket', bytesSent: 5, bytesReceived: 15 },
    })
    expect(world.of('flow-closed')[0]).toMatchObject({ state: 'closed', inspection: 'partial' })
  })

  it('that is not declared goes nowhere', async () => {
    const requests = [{ methods: ['GET'], paths: ['/v1'] }]
    const { world } = await withServer(accept, { requests })
    const client = await rawClient(world)
    client.write(handshake('/live'))
    expect(await client.rest()).toMatch(/^HTTP\/1.1 403 Forbidden\r\n/)
    await world.settled()
    expect(world.of('http-request')[0]?.request.reason).toBe('request-undeclared')
  })

  it('that the destination does not take is a request like another', async () => {
    const { destinations } = await authorities()
    const server = createServer(await destinations.issue([NAME]), (_req, res) => res.writeHead(426).end('no'))
    const world = await of(server)
    const client = await rawClient(world)
    client.write(`${handshake()}GET /smuggled HTTP/1.1\r\nHost: evil.test\r\n\r\n`)
    const text = await client.rest()
    expect(text).toMatch(/^HTTP\/1.1 426 /)
    expect(text.match(/HTTP\/1.1/g)).toHaveLength(1)
    await world.settled()
    expect(world.of('http-request')).toHaveLength(1)
  })
})

describe('another protocol than WebSocket', () => {
  it('is not switched to: the request goes on without', async () => {
    const { world, seen } = await withServer(accept)
    const client = await rawClient(world)
    const h2c = 'Upgrade: h2c\r\nHTTP2-Settings: AAA\r\nConnection: Upgrade, HTTP2-Settings, close\r\n'
    client.write(`POST / HTTP/1.1\r\nHost: ${NAME}\r\nContent-Length: 4\r\n${h2c}\r\nbody`)
    expect(await client.rest()).toContain('plain body')
    expect(seen).toEqual([undefined])
    await world.settled()
    expect(world.of('http-request')).toHaveLength(1)
  })

  it('nor is it with a body before it', async () => {
    const { world, seen } = await withServer(accept)
    const client = await rawClient(world)
    client.write(handshake('/', 'Content-Length: 2\r\n').concat('ab'))
    await client.saw('plain ab')
    client.socket.destroy()
    await once(client.socket, 'close')
    expect(seen).toEqual([undefined])
    await world.settled()
  })
})
