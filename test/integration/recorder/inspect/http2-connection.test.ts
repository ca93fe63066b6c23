import { once } from 'node:events'
import { constants, type ServerHttp2Session } from 'node:http2'
import { connect as connectTls } from 'node:tls'
import { describe, expect, it } from 'vitest'
import type { SinkRule } from '../../../../runtime/model/profile.ts'
import { trusting } from './clients.ts'
import { answerTo, ask, of, session, withServer } from './http2-rig.ts'
import { authorities, NAME } from './rig.ts'

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
    const { createServer } = await import('node:https')
    const { destinations } = await authorities()
    const world = await of(createServer(await destinations.issue([NAME]), (_req, res) => res.end()))
    const socket = connectTls(trusting(world, { ALPNProtocols: ['h2', 'http/1.1'] }))
    await once(socket, 'secureConnect')
    expect(socket.alpnProtocol).toBe('http/1.1')
    socket.destroy()
    await world.settled()
  })
})
describe('a request over HTTP/2 that is read before it goes on', () => {
  const SINK: SinkRule = {
    ...{ host: NAME, methods: ['POST'], path: '/email', field: '/**', values: 'destinations' },
    ...{ allow: ['call-arguments'], onUnexplained: 'block' },
  }
  const mail = (more: object = {}) => JSON.stringify({ To: 'alice@customer.test', ...more })
  const asked = { ':method': 'POST', ':path': '/email', 'content-type': 'application/json' }

  async function rigged() {
    const seen: string[] = []
    const { world } = await withServer(
      (stream) => {
        let body = ''
        stream.on('data', (bytes) => {
          body += bytes
        })
        stream.on('end', () => {
          seen.push(body)
          stream.respond({ ':status': 200 })
          stream.end()
        })
      },
      { sinks: [SINK], given: ['alice@customer.test'] },
    )
    return { world, seen, at: session(world) }
  }

  it('passes, and another beside it does not', async () => {
    const { world, seen, at } = await rigged()
    const answers = await Promise.all([
      ask(at, asked, mail()),
      ask(at, asked, mail({ Bcc: 'phan@giftshop.test' })),
      ask(at, { ...asked, 'content-length': String(9 * 1024 * 1024) }, Buffer.alloc(9 * 1024 * 1024)),
    ])
    expect(answers.map(({ status, headers }) => [status, headers['x-mcp-run-reason']])).toEqual([
      ...[
        [200, undefined],
        [403, 'payload-destination'],
        [403, 'payload-unread'],
      ],
    ])
    expect(seen).toEqual([mail()])
    at.close()
    await world.settled()
    expect(
      world
        .alerts()
        .map(({ reason }) => reason)
        .toSorted(),
    ).toEqual(['payload-destination', 'payload-unread'])
  })

  it('is told to go on by the recorder', async () => {
    const { at, seen } = await rigged()
    const stream = at.request({ ...asked, ':authority': NAME, expect: '100-continue' })
    await once(stream, 'continue')
    stream.end(mail())
    expect((await answerTo(stream)).status).toBe(200)
    expect(seen).toEqual([mail()])
  })
})
