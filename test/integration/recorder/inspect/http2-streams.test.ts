import { EventEmitter, once } from 'node:events'
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { createServer } from 'node:https'
import { connect as connectTls } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { trusting } from './clients.ts'
import { answerTo, ask, http2Rigs } from './http2-rig.ts'
import { quiet } from './quiet.ts'
import { authorities, NAME } from './rig.ts'

const { of, withServer, session, close } = http2Rigs()
afterEach(close)

describe('a stream', () => {
  it('is broken off at the destination as its client breaks it off', async () => {
    const far = new EventEmitter()
    const { world } = await withServer((stream) => {
      stream.on('close', () => far.emit('code', stream.rstCode))
      far.emit('asked')
    })
    const [asked, code] = [once(far, 'asked'), once(far, 'code')]
    const stream = session(world).request({ ':method': 'POST', ':authority': NAME })
    stream.on('error', () => undefined)
    stream.write('half')
    await asked
    stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM)
    expect(await code).toEqual([constants.NGHTTP2_ENHANCE_YOUR_CALM])
  })

  it('is never made whole where its client goes', async () => {
    const ends: string[] = []
    const far = new EventEmitter()
    const { world } = await withServer((stream) => {
      stream.on('end', () => ends.push(`end ${stream.rstCode}`))
      stream.on('close', () => far.emit('closed', stream.rstCode))
      stream.resume()
      far.emit('asked')
    })
    const [asked, closed] = [once(far, 'asked'), once(far, 'closed')]
    const at = session(world)
    const stream = at.request({ ':method': 'POST', ':authority': NAME })
    stream.on('error', () => undefined)
    stream.write('half')
    await asked
    at.destroy()
    expect((await closed)[0]).not.toBe(constants.NGHTTP2_NO_ERROR)
    expect(ends).not.toContain('end 0')
    await world.settled()
    expect(world.of('http-ended')[0]?.end.status).toBe(null)
  })

  it('may be answered before it is whole', async () => {
    const { world } = await withServer((stream) => {
      stream.respond({ ':status': 413 })
      stream.end('too much')
    })
    const stream = session(world).request({ ':method': 'POST', ':authority': NAME })
    stream.on('error', () => undefined)
    stream.write(Buffer.alloc(64 * 1024))
    const { status, body } = await answerTo(stream)
    expect([status, body]).toEqual([413, 'too much'])
  })

  it('is broken off at its client as the destination breaks it off', async () => {
    const { world } = await withServer((stream) => {
      stream.respond({ ':status': 200 })
      stream.write('half', () => stream.destroy(new Error('broken')))
    })
    const at = session(world)
    const stream = at.request({ ':authority': NAME })
    await once(stream.resume(), 'error')
    expect(stream.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR)
    at.close()
    await world.settled()
    expect(world.of('http-ended')[0]?.end).toMatchObject({ status: 200 })
  })

  it('of any length is carried, and waits for whoever takes it', async () => {
    const size = 24 * 1024 * 1024
    const far = new EventEmitter()
    let received = 0
    const { world } = await withServer((stream) => {
      stream.on('data', (bytes: Buffer) => {
        received += bytes.length
      })
      stream.on('end', () => {
        stream.respond({ ':status': 200 })
        stream.end(Buffer.alloc(size, 'b'))
      })
      stream.pause()
      far.emit('asked', stream)
    })
    const asked = once(far, 'asked')
    const stream = session(world).request({ ':method': 'POST', ':authority': NAME })
    let sent = 0
    const more = (): void => {
      const chunk = Buffer.alloc(64 * 1024, 'a')
      while (sent < size) {
        sent += chunk.length
        if (!stream.write(chunk)) return
      }
      stream.end()
    }
    stream.on('drain', more)
    more()
    const [seen] = (await asked) as [ServerHttp2Stream]
    await quiet(() => sent)
    expect(sent).toBeLessThan(12 * 1024 * 1024)
    seen.resume()
    const { body } = await answerTo(stream)
    expect([received, body.length]).toEqual([size, size])
  })
})

describe('a connection over HTTP/2', () => {
  it('is ended at its client as the destination ends it', async () => {
    const { world, far } = await withServer((stream) => {
      stream.respond({ ':status': 200 })
      stream.end()
    })
    const at = session(world)
    await ask(at)
    const told = once(at, 'goaway')
    far[0]?.close()
    expect((await told)[0]).toBe(constants.NGHTTP2_NO_ERROR)
    await once(at, 'close')
    await world.settled()
    expect(world.of('flow-closed')[0]).toMatchObject({ state: 'closed' })
    expect((await ask(session(world))).status).toBe(200)
  })

  it('is ended at the destination as its client ends it', async () => {
    const { world, far } = await withServer((stream) => {
      stream.respond({ ':status': 200 })
      stream.end()
    })
    const at = session(world)
    await ask(at)
    const ended = once(far[0] as ServerHttp2Session, 'close')
    at.destroy()
    await ended
    await world.settled()
    expect(world.of('flow-closed')).toHaveLength(1)
  })

  it('is HTTP/1.1 where the destination speaks nothing else', async () => {
    const { destinations } = await authorities()
    const world = await of(createServer(await destinations.issue([NAME]), (_req, res) => res.end()))
    const socket = connectTls(trusting(world, { ALPNProtocols: ['h2', 'http/1.1'] }))
    await once(socket, 'secureConnect')
    expect(socket.alpnProtocol).toBe('http/1.1')
    socket.destroy()
    await world.settled()
  })
})
