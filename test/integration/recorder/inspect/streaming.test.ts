import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { answerTo, begin, rawClient } from './clients.ts'
import { quiet } from './quiet.ts'
import { NAME, rigs } from './rig.ts'

const { secure, of, close } = rigs()
afterEach(close)

const MiB = 1024 * 1024

describe('a body', () => {
  it('of any length is carried to the destination, and waits for it', async () => {
    const size = 48 * MiB
    const chunk = Buffer.alloc(64 * 1024, 'a')
    const paused = new EventEmitter()
    let received = 0
    const world = await secure((req, res) => {
      req.pause()
      paused.emit('request', req)
      req.on('data', (bytes: Buffer) => {
        received += bytes.length
      })
      req.on('end', () => res.end(String(received)))
      req.pause()
    })
    const began = once(paused, 'request')
    const req = begin(world, { method: 'POST', headers: { 'Content-Length': String(size) } })
    let sent = 0
    const more = (): boolean => {
      while (sent < size) {
        sent += chunk.length
        if (!req.write(chunk)) return true
      }
      req.end()
      return false
    }
    req.on('drain', more)
    more()
    const [far] = (await began) as [IncomingMessage]
    const before = process.memoryUsage().rss
    // Nobody takes anything: what is on the way comes to a stop of itself.
    await quiet(() => sent)
    expect(sent).toBeLessThan(16 * MiB)
    far.resume()
    expect((await answerTo(req)).body).toBe(String(size))
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * MiB)
    await world.settled()
    expect(world.of('http-ended')[0]?.end.bytesSent).toBe(size)
  })

  it('of any length is carried to the client, and waits for it', async () => {
    const size = 48 * MiB
    const chunk = Buffer.alloc(64 * 1024, 'a')
    let sent = 0
    const world = await secure((_req, res) => {
      const more = (): void => {
        while (sent < size) {
          sent += chunk.length
          if (!res.write(chunk)) return
        }
        res.end()
      }
      res.on('drain', more)
      more()
    })
    const req = begin(world, {})
    req.end()
    const [res] = (await once(req, 'response')) as [IncomingMessage]
    await quiet(() => sent)
    expect(sent).toBeLessThan(16 * MiB)
    let received = 0
    for await (const bytes of res) received += (bytes as Buffer).length
    expect(received).toBe(size)
    await world.settled()
    expect(world.of('http-ended')[0]?.end.bytesReceived).toBe(size)
  })

  it('of an answer goes on as it comes', async () => {
    const far = new EventEmitter()
    const world = await secure((_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' })
      res.flushHeaders()
      far.emit('asked', res)
    })
    const asked = once(far, 'asked')
    const req = begin(world, {})
    req.end()
    const [res] = (await once(req, 'response')) as [IncomingMessage]
    const [answer] = (await asked) as [ServerResponse]
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      answer.write(event)
      const [bytes] = await once(res, 'data')
      expect(String(bytes)).toBe(event)
    }
    req.destroy()
    await once(answer, 'close')
    await world.settled()
  })
})

describe('an end before its time', () => {
  it('of the client’s is the request’s', async () => {
    const far = new EventEmitter()
    const world = await secure((req) => far.emit('asked', req))
    const asked = once(far, 'asked')
    const req = begin(world, { method: 'POST', headers: { 'Content-Length': '10' } })
    req.on('error', () => undefined)
    req.write('12345')
    const [seen] = (await asked) as [IncomingMessage]
    seen.on('error', () => undefined)
    const gone = new Promise((resolve) => seen.once('close', resolve))
    req.destroy()
    await gone
    expect(seen.complete).toBe(false)
    await world.settled()
    expect(world.of('http-ended')[0]?.end).toMatchObject({ status: null, bytesSent: 5 })
  })

  it('of the client’s, while it waits for an answer, is told to the destination', async () => {
    const far = new EventEmitter()
    const world = await secure((req) => {
      req.socket.once('end', () => far.emit('end'))
      far.emit('asked')
    })
    const asked = once(far, 'asked')
    const ended = once(far, 'end')
    const req = begin(world, {})
    req.on('error', () => undefined)
    req.end()
    await asked
    req.destroy()
    await ended
    await world.settled()
    expect(world.of('http-ended')[0]?.end).toMatchObject({ status: null })
  })

  it('of a client’s that has sent ahead ends all that waits', async () => {
    const far = new EventEmitter()
    const world = await of(
      createServer((req) => far.emit('asked', req)),
      { protocol: 'http' },
    )
    const asked = once(far, 'asked')
    const client = await rawClient(world)
    client.write(`GET / HTTP/1.1\r\nHost: ${NAME}\r\n\r\n`.repeat(10))
    await asked
    client.socket.resetAndDestroy()
    await world.settled()
    expect(world.of('http-request')).toHaveLength(10)
    expect(world.of('http-ended').map(({ end }) => end.status)).toEqual(Array(10).fill(null))
    expect(world.of('flow-closed')).toHaveLength(1)
  })

  it('of a client’s that has all its answers is an end like any other', async () => {
    const world = await of(
      createServer((_req, res) => res.end('all')),
      { protocol: 'http' },
    )
    const client = await rawClient(world)
    client.write(`GET / HTTP/1.1\r\nHost: ${NAME}\r\n\r\n`)
    await once(client.socket, 'data')
    await vi.waitFor(() => expect(world.of('http-ended')).toHaveLength(1))
    client.socket.resetAndDestroy()
    await world.settled()
    expect(world.of('flow-closed')).toMatchObject([{ state: 'closed' }])
  })

  it('of the destination’s, before it answers, is the client’s', async () => {
    const world = await secure((req) => req.socket.destroy())
    const client = await rawClient(world)
    client.write(`GET / HTTP/1.1\r\nHost: ${NAME}\r\n\r\n`)
    expect(await client.rest()).toBe('')
    await world.settled()
    expect(world.of('flow-closed')[0]).toMatchObject({ state: 'aborted' })
    expect(world.of('flow-closed')[0]?.cause).toMatch(/^reset by destination/)
  })

  it('of the destination’s, in its answer, is the client’s', async () => {
    const world = await secure((_req, res) => {
      res.writeHead(200, { 'Content-Length': '10' })
      res.write('12345', () => res.socket?.destroy())
    })
    const client = await rawClient(world)
    client.write(`GET / HTTP/1.1\r\nHost: ${NAME}\r\n\r\n`)
    expect(await client.rest()).toMatch(/12345$/)
    await world.settled()
    expect(world.of('http-ended')[0]?.end).toMatchObject({ status: 200, bytesReceived: 5 })
    expect(world.of('flow-closed')[0]).toMatchObject({ state: 'aborted', cause: 'reset by destination' })
  })

  it('of the session’s cuts what is left', async () => {
    const far = new EventEmitter()
    const world = await secure((req) => far.emit('asked', req))
    const asked = once(far, 'asked')
    const client = await rawClient(world)
    client.write(`GET / HTTP/1.1\r\nHost: ${NAME}\r\n\r\n`)
    await asked
    world.abort()
    await client.rest()
    await world.settled()
    expect(world.of('flow-closed')[0]).toMatchObject({ state: 'aborted', cause: 'session ended' })
  })

  it('of the server’s lets go out what it had sent', async () => {
    const far = new EventEmitter()
    let release: () => void = () => undefined
    const committed = new Promise<void>((resolve) => {
      release = resolve
    })
    const world = await secure(
      (req) => {
        let body = ''
        req.on('data', (bytes) => {
          body += bytes
        })
        req.on('end', () => far.emit('body', body))
      },
      { commit: async ([entry]) => (entry?.kind === 'http-request' ? committed : undefined) },
    )
    const body = once(far, 'body')
    const client = await rawClient(world)
    client.write(`POST / HTTP/1.1\r\nHost: ${NAME}\r\nContent-Length: 5\r\n\r\n12345`)
    client.socket.end()
    world.drain()
    release()
    expect(await body).toEqual(['12345'])
    await world.settled()
    expect(world.of('flow-closed')[0]).toMatchObject({ state: 'closed', cause: 'server exited' })
  })
})
