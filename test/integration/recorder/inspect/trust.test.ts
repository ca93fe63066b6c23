import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { createServer } from 'node:https'
import { type ConnectionOptions, connect } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { type ServerCertificate, testAuthority } from './certificates.ts'
import { ask, rawClient, trusting } from './clients.ts'
import { authorities, NAME, type Rig, type RigOptions, rigs } from './rig.ts'

const { secure, of, close } = rigs()
afterEach(close)

const DAY = 24 * 3600_000

type Issue = () => Promise<ServerCertificate>
const bad: readonly [string, string, Issue][] = [
  ['expired', 'CERT_HAS_EXPIRED', async () => (await ours()).issue([NAME], { from: -2 * DAY, to: -DAY })],
  [
    'not valid yet',
    'CERT_NOT_YET_VALID',
    async () => (await ours()).issue([NAME], { from: DAY, to: 2 * DAY }),
  ],
  ['another name’s', 'ERR_TLS_CERT_ALTNAME_INVALID', async () => (await ours()).issue(['evil.test'])],
  [
    'of an authority that nobody knows',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    async () => (await testAuthority()).issue([NAME]),
  ],
]

async function ours() {
  return (await authorities()).destinations
}

async function withCertificate(certificate: ServerCertificate, options: RigOptions = {}) {
  const requests: (string | undefined)[] = []
  const server = createServer({ ...certificate, ALPNProtocols: ['h2', 'http/1.1'] }, (req, res) => {
    requests.push(req.url)
    res.end()
  })
  return { world: await of(server, options), requests }
}

describe('a destination whose certificate is', () => {
  describe.each(['enforce', 'monitor'] as const)('in %s', (mode) => {
    it.each(bad)('%s gets nothing', async (_, problem, issue) => {
      const { world, requests } = await withCertificate(await issue(), { mode, inspect: 'try' })
      const answer = await ask(world, { method: 'POST', body: 'secret' })
      expect([answer.status, answer.headers['x-mcp-run-reason']]).toEqual([502, 'upstream-certificate'])
      expect(answer.body).toContain(problem)
      await world.settled()
      expect(requests).toEqual([])
      expect(world.of('flow-closed')[0]).toMatchObject({
        ...{ state: 'denied', cause: 'upstream-certificate', inspection: 'none' },
        verdict: { declaration: 'undeclared', action: 'denied', reason: 'upstream-certificate' },
        counts: { bytesSent: 0, bytesReceived: 0 },
      })
      expect(world.alerts()).toMatchObject([
        { kind: 'upstream_certificate', severity: 'high', action: 'denied', evidence: { problem } },
      ])
    })
  })

  it('bad is told of over HTTP/2 as well', async () => {
    const { world } = await withCertificate(await (await ours()).issue(['evil.test']))
    const session = connectHttp2(`https://${NAME}`, {
      createConnection: () => connect(trusting(world, { ALPNProtocols: ['h2'] })),
    })
    const stream = session.request({ ':path': '/' })
    const [headers] = await once(stream, 'response')
    expect([headers[':status'], headers['x-mcp-run-reason']]).toEqual([502, 'upstream-certificate'])
    stream.resume()
    await once(session, 'close')
    await world.settled()
  })
})

describe('a TLS session with a destination', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'of %s is taken up again by the next connection',
    async (version) => {
      const taken: boolean[] = []
      const server = createServer(
        { ...(await (await ours()).issue([NAME])), maxVersion: version },
        (_req, res) => res.end(),
      )
      server.on('secureConnection', (socket) => taken.push(socket.isSessionReused()))
      const world = await of(server)
      for (let count = 0; count < 3; count++) {
        expect((await ask(world)).status).toBe(200)
        await world.settled()
      }
      expect(taken).toEqual([false, true, true])
    },
  )

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('of %s is not, where the certificate was bad', async (version) => {
    const taken: boolean[] = []
    const certificate = await (await ours()).issue(['evil.test'])
    const server = createServer({ ...certificate, maxVersion: version }, (_req, res) => res.end())
    server.on('secureConnection', (socket) => taken.push(socket.isSessionReused()))
    const world = await of(server)
    for (let count = 0; count < 3; count++) {
      expect((await ask(world)).headers['x-mcp-run-reason']).toBe('upstream-certificate')
      await world.settled()
    }
    expect(taken).not.toContain(true)
  })
})

it('a destination that speaks no TLS is out of reach', async () => {
  const { createServer: plain } = await import('node:net')
  const server = plain((socket) => socket.end('HTTP/1.1 400 No\r\n\r\n'))
  const world = await of(server)
  await expect(ask(world)).rejects.toThrow(/alert internal error/)
  await world.settled()
  expect(world.of('flow-closed')[0]).toMatchObject({ state: 'unreachable' })
})

const REFUSED = { declaration: 'undeclared', action: 'denied', reason: 'inspection-refused' }

/** Clients that have lists of authorities of their own. */
const pinning: readonly [string, ConnectionOptions, RegExp][] = [
  ['with TLS 1.3', {}, /the client closed at this session's certificate/],
  ['with TLS 1.2', { maxVersion: 'TLSv1.2' }, /the client closed at this session's certificate/],
]

async function refused(world: Rig, options: ConnectionOptions): Promise<void> {
  const { ca: _, ...without } = trusting(world)
  const socket = connect({ ...without, ...options })
  await new Promise<void>((resolve) => socket.once('close', () => resolve()).on('error', () => undefined))
}

describe('a client that does not trust the session’s authority', () => {
  it.each(pinning)('%s is let through from the second time on, with `try`', async (_, options, cause) => {
    const world = await secure((_req, res) => res.end('real'), { inspect: 'try' })
    await refused(world, options)
    await world.settled()
    expect(world.of('flow-closed')[0]).toMatchObject({ state: 'aborted', inspection: 'uninspected' })
    expect(world.of('flow-closed')[0]?.cause).toMatch(cause)
    const { destinations } = await authorities()
    const real = connect(trusting(world, { ca: destinations.certificate }))
    await once(real, 'secureConnect')
    real.end(`GET / HTTP/1.1\r\nHost: ${NAME}\r\nConnection: close\r\n\r\n`)
    const [text] = await once(real, 'data')
    expect(String(text)).toContain('200')
    await once(real.resume(), 'close')
    await world.settled()
    expect(world.of('flow-opened')[1]?.flow).toMatchObject({ inspection: 'uninspected', action: 'allowed' })
    expect(world.of('http-request')).toEqual([])
  })

  it.each(pinning)('%s is denied each time, with `required`', async (_, options) => {
    const world = await secure((_req, res) => res.end('real'))
    for (let count = 0; count < 2; count++) await refused(world, options)
    await world.settled()
    expect(world.of('flow-closed')).toMatchObject([
      { state: 'denied', cause: 'inspection-refused', inspection: 'none', verdict: REFUSED },
      { state: 'denied', cause: 'inspection-refused', inspection: 'none', verdict: REFUSED },
    ])
    expect(world.alerts().map(({ reason }) => reason)).toEqual(['inspection-refused', 'inspection-refused'])
    // Another program in the sandbox may trust it.
    expect((await ask(world)).status).toBe(200)
  })

  it('is let through in monitor, whatever is required', async () => {
    const world = await secure((_req, res) => res.end('real'), { mode: 'monitor' })
    await refused(world, {})
    const { destinations } = await authorities()
    const real = connect(trusting(world, { ca: destinations.certificate }))
    await once(real, 'secureConnect')
    real.destroy()
    await world.settled()
    expect(world.of('flow-opened')[1]?.flow.inspection).toBe('uninspected')
  })

  it('says so by an alert', async () => {
    const world = await secure((_req, res) => res.end('real'), { inspect: 'try' })
    const { ca: _, ...without } = trusting(world)
    // OpenSSL's own verification, as in programs other than Node.
    const { execFile } = await import('node:child_process')
    await new Promise((resolve) =>
      execFile(
        'openssl',
        ['s_client', '-connect', `127.0.0.1:${without.port}`, '-servername', NAME, '-verify_return_error'],
        resolve,
      ).stdin?.end(),
    )
    await world.settled()
    expect(world.of('flow-closed')[0]?.cause).toBe(
      "the client does not trust this session's authority (unknown_ca)",
    )
  })
})

describe('TLS that holds no HTTP', () => {
  const options = (world: Rig) => trusting(world, { ALPNProtocols: ['mqtt'] })

  it('is denied where it must be read', async () => {
    const world = await secure((_req, res) => res.end())
    const socket = connect(options(world))
    const [error] = await once(socket, 'error').catch((reason) => [reason])
    expect(String(error)).toMatch(/access denied/)
    await world.settled()
    expect(world.of('flow-opened')[0]?.flow).toMatchObject({ action: 'denied', reason: 'inspection-refused' })
  })

  it('passes unread where it may', async () => {
    const world = await secure((_req, res) => res.end(), { inspect: 'try' })
    const socket = connect(options(world))
    socket.on('error', () => undefined)
    await new Promise((resolve) => socket.once('close', resolve))
    await world.settled()
    expect(world.of('flow-opened')[0]?.flow).toMatchObject({ action: 'allowed', inspection: 'uninspected' })
  })

  it('but says it would is refused', async () => {
    const seen: string[] = []
    const world = await secure((req, res) => {
      seen.push(req.url ?? '')
      res.end()
    })
    const client = await rawClient(world)
    client.write('SSH-2.0-client\r\n')
    expect(await client.rest()).toContain('X-Mcp-Run-Reason: malformed')
    expect(seen).toEqual([])
  })
})
