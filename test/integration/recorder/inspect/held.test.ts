import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import type { SinkRule } from '../../../../runtime/model/profile.ts'
import { type Asked, answerTo, ask, begin, oneConnection } from './clients.ts'
import { NAME, type RigOptions, rigs } from './rig.ts'

const { secure, close } = rigs()
afterEach(close)

const MiB = 1024 * 1024
const GIVEN = ['alice@customer.test', 'sender@shop.test']
const STRANGER = 'phan@giftshop.test'
const SINK: SinkRule = {
  ...{ host: NAME, methods: ['POST'], path: '/email', field: '/**', values: 'destinations' },
  ...{ allow: ['call-arguments'], onUnexplained: 'block' },
}
const JSON_TYPE = { 'Content-Type': 'application/json' }
const mail = (more: object = {}): string => JSON.stringify({ To: GIVEN[0], From: GIVEN[1], ...more })

/** What came of a request: its answer, what the destination saw, and what is recorded. */
async function send(asked: Asked, options: RigOptions = {}) {
  const seen: { url: string | undefined; body: string; raw: readonly string[] }[] = []
  let bytes = 0
  const world = await secure(
    (req, res) => {
      req.socket.once('data', () => undefined)
      collect(req).then(
        (body) => {
          bytes += body.length
          seen.push({ url: req.url, body: body.subarray(0, 200).toString(), raw: req.rawHeaders })
          res.end('sent')
        },
        () => undefined,
      )
    },
    { sinks: [SINK], given: GIVEN, ...options },
  )
  const answer = await ask(world, { method: 'POST', path: '/email', ...asked })
  await world.settled()
  return { world, seen, bytes: () => bytes, answer, end: world.of('http-ended')[0]?.end }
}

async function collect(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('a request that is read before it goes on', () => {
  it.each<[string, Asked]>([
    ['with its length', { body: mail(), headers: JSON_TYPE }],
    ['in chunks', { body: mail(), headers: { ...JSON_TYPE, 'Transfer-Encoding': 'chunked' } }],
    ['compressed', { body: gzipSync(mail()), headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' } }],
  ])('passes as it came, %s', async (_, asked) => {
    const { seen, answer, end, world } = await send(asked)
    expect([answer.status, answer.body]).toEqual([200, 'sent'])
    expect(seen).toHaveLength(1)
    const names = seen[0]?.raw.filter((_value, index) => index % 2 === 0).map((name) => name.toLowerCase())
    expect(names?.includes('transfer-encoding')).toBe('Transfer-Encoding' in (asked.headers ?? {}))
    expect(names?.includes('content-length')).toBe(!('Transfer-Encoding' in (asked.headers ?? {})))
    expect(end).toMatchObject({
      inspection: 'inspected',
      findings: 0,
      verdict: null,
      bytesSent: asked.body?.length,
    })
    expect(world.alerts()).toEqual([])
  })

  it.each<[string, Asked]>([
    ['a recipient more', { body: mail({ Bcc: STRANGER }), headers: JSON_TYPE }],
    [
      'one in chunks',
      { body: mail({ Bcc: STRANGER }), headers: { ...JSON_TYPE, 'Transfer-Encoding': 'chunked' } },
    ],
    [
      'one compressed',
      { body: gzipSync(mail({ Bcc: STRANGER })), headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' } },
    ],
  ])('goes nowhere with %s', async (_, asked) => {
    const { seen, answer, end, world } = await send(asked)
    expect([answer.status, answer.headers['x-mcp-run-reason']]).toEqual([403, 'payload-destination'])
    expect(seen).toEqual([])
    expect(end).toMatchObject({
      ...{ status: null, bytesSent: 0, inspection: 'none', findings: 1 },
      verdict: { declaration: 'undeclared', action: 'denied', reason: 'payload-destination' },
    })
    expect(world.alerts()).toMatchObject([
      {
        kind: 'payload_destination',
        action: 'denied',
        severity: 'high',
        evidence: { field: '/Bcc', value: STRANGER },
      },
    ])
  })

  it('is sent and told of in monitor', async () => {
    const { seen, answer, end, world } = await send(
      { body: mail({ Bcc: STRANGER }), headers: JSON_TYPE },
      { mode: 'monitor' },
    )
    expect([answer.status, seen.length]).toEqual([200, 1])
    expect(end).toMatchObject({ findings: 1, verdict: null, inspection: 'inspected' })
    expect(world.alerts()).toMatchObject([{ kind: 'payload_destination', action: 'allowed' }])
  })

  it.each<[string, Asked]>([
    ['too long, as it says', { body: Buffer.alloc(8 * MiB + 1, 'a') }],
    [
      'too long, as it turns out',
      { body: Buffer.alloc(8 * MiB + 1, 'a'), headers: { 'Transfer-Encoding': 'chunked' } },
    ],
    ['in a coding that is not known', { body: mail(), headers: { 'Content-Encoding': 'x-own' } }],
  ])('goes nowhere when it is %s', async (_, asked) => {
    const { seen, answer, end, world } = await send(asked)
    expect([answer.status, answer.headers['x-mcp-run-reason']]).toEqual([403, 'payload-unread'])
    expect(seen).toEqual([])
    expect(end?.verdict?.reason).toBe('payload-unread')
    expect(world.alerts()).toMatchObject([{ kind: 'payload_destination', reason: 'payload-unread' }])
  })

  it.each([
    ['words', 'a few words, '.repeat(645_000)],
    ['base64', randomBytes(6_291_000).toString('base64')],
  ])('passes at nearly the longest: %s', async (_, TextBody) => {
    const body = mail({ TextBody })
    expect(8 * MiB - body.length).toBeLessThan(8192)
    const { answer, bytes } = await send({ body, headers: JSON_TYPE })
    expect([answer.status, bytes()]).toEqual([200, body.length])
  })

  it('is told to go on by the recorder, and the destination is not asked', async () => {
    const seen: (string | undefined)[] = []
    const world = await secure(
      (req, res) => {
        seen.push(req.headers.expect)
        req.on('end', () => res.end()).resume()
      },
      { sinks: [SINK], given: GIVEN },
    )
    const body = mail()
    const headers = { ...JSON_TYPE, Expect: '100-continue', 'Content-Length': String(body.length) }
    const req = begin(world, { method: 'POST', path: '/email', headers })
    req.flushHeaders()
    await once(req, 'continue')
    req.end(body)
    expect((await answerTo(req)).status).toBe(200)
    expect(seen).toEqual([undefined])
  })

  it('is stopped on a connection whose first request was clean', async () => {
    const seen: string[] = []
    const world = await secure(
      (req, res) => {
        collect(req).then((body) => {
          seen.push(body.toString())
          res.end()
        })
      },
      { sinks: [SINK], given: GIVEN },
    )
    const agent = oneConnection(world)
    const asked = { method: 'POST', path: '/email', headers: JSON_TYPE, agent }
    expect((await ask(world, { ...asked, body: mail() })).status).toBe(200)
    expect((await ask(world, { ...asked, body: mail({ Bcc: STRANGER }) })).status).toBe(403)
    expect((await ask(world, { ...asked, body: mail() })).status).toBe(200)
    agent.destroy()
    await world.settled()
    expect(seen).toEqual([mail(), mail()])
    expect(world.of('flow-opened')).toHaveLength(1)
  })

  it('is stopped by what its query names, before its body is asked for', async () => {
    const { seen, answer } = await send(
      { path: `/email?bcc=${STRANGER}`, body: mail() },
      {
        sinks: [{ ...SINK, field: 'query:bcc' }],
      },
    )
    expect([answer.status, seen]).toEqual([403, []])
  })
})

describe('a request that streams', () => {
  it('is read along, and told of', async () => {
    const { answer, end, world } = await send({
      path: '/other',
      body: mail({ Bcc: STRANGER }),
      headers: JSON_TYPE,
    })
    expect(answer.status).toBe(200)
    expect(end).toMatchObject({ inspection: 'inspected', findings: 1, verdict: null })
    expect(world.alerts()).toMatchObject([{ kind: 'payload_destination', action: 'allowed' }])
  })

  it('is partly read in a coding that is not known', async () => {
    const { end, world } = await send({
      path: '/other',
      body: mail(),
      headers: { 'Content-Encoding': 'x-own' },
    })
    expect(end?.inspection).toBe('partial')
    expect(end?.unread).not.toBe(null)
    expect(world.of('flow-closed')[0]).toMatchObject({ inspection: 'partial' })
  })

  it('is not compared where nobody listens', async () => {
    const { end } = await send({ path: '/other', body: mail(), headers: JSON_TYPE }, { witness: null })
    expect(end).toMatchObject({ inspection: 'partial', unread: 'not compared' })
  })
})
