import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addresses } from '../fixtures/internet/addresses.ts'
import type { Internet } from '../fixtures/internet/model.ts'
import { expectSilence } from '../fixtures/internet/silence.ts'
import { farCounts, recordedCounts } from '../fixtures/product/far-counts.ts'
import { history } from '../fixtures/product/history.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { inside } from '../fixtures/sandboxed/inside.ts'
import type { Talk } from '../fixtures/sandboxed/talk.ts'

const PROFILE = `name: p
egress:
  - { host: api.test, ports: [443] }
  - { host: api.test, ports: [80] }
  - { host: api.test, ports: [5432], protocol: opaque }
  - { host: api.test, ports: [25, 2525], protocol: server-first }
  - { ip: ${addresses.api.v4}, ports: [5432], protocol: opaque }
  - { ip: "${addresses.api.v6}", ports: [5432], protocol: opaque }
`
const MIB = 1024 * 1024
const { api } = addresses
const GET = (path: string) => `GET ${path} HTTP/1.1\r\nHost: api.test\r\n\r\n`
const POST = (bytes: number) => `POST /echo HTTP/1.1\r\nHost: api.test\r\nContent-Length: ${bytes}\r\n\r\n`

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

describe.each(USERS)('as %s', (user) => {
  let mcp: Product
  let profile: string
  beforeEach(async () => {
    mcp = product(internet, { user })
    profile = mcp.profile('p', PROFILE)
    await internet.resetCounts()
  })
  const flows = () => history(mcp.store, 'p').flows

  const tls = { host: 'api.test', port: 443, servername: 'api.test' }
  const cases: readonly [string, Talk, { readonly protocol: string; readonly received: number }][] = [
    ['TLS', { ...tls, send: GET('/'), awaitBytes: 100 }, { protocol: 'tls', received: 0 }],
    [
      'TLS, 20 MiB down',
      { ...tls, send: GET(`/bytes/${20 * MIB}`), awaitBytes: 20 * MIB + 100 },
      { protocol: 'tls', received: 20 * MIB },
    ],
    [
      'TLS, 20 MiB up',
      { ...tls, send: POST(20 * MIB), fill: 20 * MIB, awaitBytes: 100 },
      { protocol: 'tls', received: 0 },
    ],
    [
      'HTTP on 80',
      { host: 'api.test', port: 80, send: GET('/bytes/5000'), awaitBytes: 5100 },
      { protocol: 'http', received: 5000 },
    ],
    [
      'an opaque protocol, half-closed',
      { host: 'api.test', port: 5432, send: '\0\0\0\x08', fill: 3 * MIB },
      { protocol: 'unknown', received: 3 * MIB + 4 },
    ],
    [
      'a server that speaks first, on 25',
      { host: 'api.test', port: 25, send: 'HELO x\r\n', awaitBytes: 30 },
      { protocol: 'none', received: 30 },
    ],
    [
      'a server that speaks first, to a silent client',
      { host: 'api.test', port: 2525, awaitBytes: 22 },
      { protocol: 'none', received: 22 },
    ],
    ['IPv4', { host: api.v4, port: 5432, send: 'v4' }, { protocol: 'unknown', received: 2 }],
    ['IPv6', { host: api.v6, port: 5432, send: 'v6' }, { protocol: 'unknown', received: 2 }],
  ]

  it.each(cases)(
    'carries %s and counts each byte as the far end does',
    async (_, talk, { protocol, received }) => {
      const { answer } = await inside(mcp, profile, 'talk', talk)
      expect(answer).toMatchObject({ error: null })
      expect(answer.received).toBeGreaterThanOrEqual(received)
      expect(flows()).toMatchObject([
        {
          port: talk.port,
          protocol,
          state: 'closed',
          action: 'allowed',
          declaration: 'declared',
          reason: 'declared',
        },
      ])
      expect(recordedCounts(flows())).toEqual(farCounts(internet, api, talk.port))
      expect(recordedCounts(flows())).toEqual({
        connections: 1,
        read: answer.tcpSent,
        written: answer.tcpReceived,
      })
      expect(history(mcp.store, 'p').alerts).toEqual([])
    },
  )

  it('keeps the head of a plain request, without the values of its query', async () => {
    const send = GET('/bytes/10?key=secret&b=')
    await inside(mcp, profile, 'talk', { host: 'api.test', port: 80, send, awaitBytes: 100 })
    const { requests, flows: rows } = history(mcp.store, 'p')
    expect(requests).toMatchObject([{ method: 'GET', host: 'api.test', path: '/bytes/10?key=&b=' }])
    expect(rows).toMatchObject([{ name: 'api.test', name_source: 'http_host' }])
  })

  it('carries several at once, each counted for itself', async () => {
    const talks = [
      ...Array.from({ length: 10 }, (_, n) => ({
        host: 'api.test',
        port: 5432,
        send: 'x',
        fill: n * 100_000,
      })),
      ...Array.from({ length: 5 }, () => ({ ...tls, send: GET('/bytes/300000'), awaitBytes: 300_100 })),
      ...Array.from({ length: 5 }, () => ({ host: 'api.test', port: 25, send: 'HELO\r\n', awaitBytes: 30 })),
    ]
    const { answer } = await inside(mcp, profile, 'talkAtOnce', talks)
    expect(answer.map(({ error }) => error)).toEqual(talks.map(() => null))
    const pairs = (rows: readonly (readonly [number, number])[]) => rows.map(([a, b]) => `${a} ${b}`).sort()
    expect(pairs(flows().map(({ bytes_sent, bytes_received }) => [bytes_sent, bytes_received]))).toEqual(
      pairs(answer.map(({ tcpSent, tcpReceived }) => [tcpSent, tcpReceived])),
    )
    expect(recordedCounts(flows())).toEqual(farCounts(internet, api))
  })

  it('writes a row with identity, times, name, state and cause', async () => {
    const before = Date.now()
    await inside(mcp, profile, 'talk', { ...tls, send: GET('/'), awaitBytes: 100 })
    const [session] = history(mcp.store, 'p').sessions
    const [flow] = flows()
    expect(flow).toMatchObject({
      id: expect.stringMatching(new RegExp(`^${session?.id}\\.\\d+$`)),
      phase: 'run',
      name: 'api.test',
      name_source: 'tls_sni',
      sni: 'api.test',
      inspection: 'uninspected',
      state: 'closed',
      cause: 'both sides closed',
    })
    const times = [before, flow?.started_at ?? 0, flow?.ended_at ?? 0, Date.now()]
    expect(times).toEqual([...times].sort((one, other) => one - other))
    expect(session).toMatchObject({
      phase: 'run',
      mode: 'enforce',
      end: 'exited',
      exit_code: 0,
      signal: null,
    })
  })

  it('tells a connection that the far end resets', async () => {
    const end = await internet.serve({ address: api.v4, port: 5432 }, (socket) => {
      socket.once('data', () => socket.destroy())
    })
    // What is still unread when the far end closes makes it a reset.
    await inside(mcp, profile, 'talk', { host: api.v4, port: 5432, fill: 8 * MIB })
    await end()
    expect(flows()).toMatchObject([
      { state: 'aborted', cause: expect.stringMatching(/^reset by destination/) },
    ])
  })

  it('denies an undeclared host: nothing arrives, and it is alerted', async () => {
    const talk = { host: 'evil.test', port: 443, servername: 'evil.test', send: GET('/') }
    const { result } = await expectSilence(internet, () => inside(mcp, profile, 'talk', talk))
    const seen = history(mcp.store, 'p')
    expect(seen.flows).toMatchObject([
      {
        name: 'evil.test',
        port: 443,
        state: 'denied',
        cause: 'undeclared',
        declaration: 'undeclared',
        action: 'denied',
        reason: 'undeclared',
        inspection: 'none',
        bytes_sent: 0,
        bytes_received: 0,
        dialled: null,
      },
    ])
    expect(seen.alerts).toContainEqual(
      expect.objectContaining({
        kind: 'undeclared_destination',
        severity: 'medium',
        name: 'evil.test',
        port: 443,
      }),
    )
    expect(seen.alerts).toContainEqual(
      expect.objectContaining({
        kind: 'undeclared_dns',
        severity: 'low',
        name: 'evil.test',
        reason: 'dns-undeclared',
      }),
    )
    const line =
      /^mcp-run: alert: p: evil\.test:443 \(.*\): undeclared, denied: the profile does not declare this host; if the server needs it: add `- \{host: evil\.test, port: 443\}` to egress in .*p\.yaml$/m
    expect(result.stderr.toString()).toMatch(line)
  })

  it('lets an undeclared host through in monitor mode, and alerts all the same', async () => {
    const talk = { host: 'evil.test', port: 443, servername: 'evil.test', send: GET('/'), awaitBytes: 100 }
    const { answer, result } = await inside(mcp, profile, 'talk', talk, { args: ['--mode', 'monitor'] })
    expect(answer.got).toContain('hello')
    const seen = history(mcp.store, 'p')
    expect(seen.sessions).toMatchObject([{ mode: 'monitor' }])
    expect(seen.flows).toMatchObject([
      {
        name: 'evil.test',
        state: 'closed',
        declaration: 'undeclared',
        action: 'allowed',
        reason: 'undeclared',
      },
    ])
    expect(recordedCounts(seen.flows)).toEqual(farCounts(internet, addresses.evil))
    expect(seen.alerts).toContainEqual(
      expect.objectContaining({ kind: 'undeclared_destination', severity: 'high', action: 'allowed' }),
    )
    expect(result.stderr.toString()).toContain(
      'mode monitor: what the profile does not declare is let through, and flagged',
    )
    expect(result.stderr.toString()).toMatch(/alert: p: evil\.test:443 .*: undeclared, allowed/)
  })
})

describe('the family race', () => {
  it.each([
    ['deadv6.test', addresses.api.v4],
    ['deadv4.test', addresses.api.v6],
  ])('reaches %s at the address that answers, whichever the server picked', async (host, reached) => {
    const mcp = product(internet, { user: 'root' })
    const profile = mcp.profile(
      'p',
      `name: p\negress:\n  - { host: ${host}, ports: [5432], protocol: opaque }\n`,
    )
    const dead = reached === addresses.api.v4 ? addresses.dead.v6 : addresses.dead.v4
    const ask = { name: host, type: dead.includes(':') ? 'AAAA' : 'A' }
    const talk = { host: dead, port: 5432, send: 'hello' }
    // The server asks for the name, then picks the address that is dead.
    const program = inside(mcp, profile, 'askThenTalk', { ask, talk })
    const { answer } = await program
    expect(answer).toMatchObject({ error: null, got: 'hello' })
    expect(history(mcp.store, 'p').flows).toMatchObject([
      { name: host, name_source: 'dns_answer', address: dead, dialled: reached, state: 'closed' },
    ])
  })

  it('says so when no address answers', async () => {
    const mcp = product(internet, { user: 'plain' })
    const profile = mcp.profile(
      'p',
      'name: p\negress:\n  - { host: closed.test, ports: [5432], protocol: opaque }\n',
    )
    const { answer } = await inside(mcp, profile, 'talk', { host: 'closed.test', port: 5432, send: 'hello' })
    expect(answer).toMatchObject({ got: '', error: 'ECONNRESET' })
    expect(history(mcp.store, 'p').flows).toContainEqual(
      expect.objectContaining({
        name: 'closed.test',
        state: 'unreachable',
        cause: 'ECONNREFUSED',
        bytes_sent: 0,
      }),
    )
  })
})
