import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import type { SinkRule } from '../../../../runtime/model/profile.ts'
import { answerTo, ask, http2Rigs } from './http2-rig.ts'
import { NAME } from './rig.ts'

const { withServer, session, close } = http2Rigs()
afterEach(close)

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
