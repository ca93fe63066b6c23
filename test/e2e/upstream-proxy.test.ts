import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addresses } from '../fixtures/internet/addresses.ts'
import type { Internet } from '../fixtures/internet/model.ts'
import { a } from '../fixtures/internet/records.ts'
import {
  type ConnectProxy,
  type ConnectProxyOptions,
  connectProxy,
} from '../fixtures/product/connect-proxy.ts'
import { farCounts, recordedCounts } from '../fixtures/product/far-counts.ts'
import { history } from '../fixtures/product/history.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { inside, insideShell } from '../fixtures/sandboxed/inside.ts'

const { api } = addresses
/** Known to the proxy alone; the world's certificate covers it. */
const OUTSIDE = 'outside.test'
const PROXY = { address: '203.0.113.128', port: 3128 }
const PLACE = 'proxy.test:3128'
const SECRET = 'hunter2-5c1e'
const MIB = 1024 * 1024
const GET = (path: string, host = OUTSIDE) => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`
const TLS = { host: OUTSIDE, port: 443, servername: OUTSIDE, send: GET('/'), awaitBytes: 100 }
const OPAQUE = { host: OUTSIDE, port: 5432, send: 'hello' }

const PROFILE = `name: p
egress:
  - { host: ${OUTSIDE}, ports: [443] }
  - { host: ${OUTSIDE}, ports: [80] }
  - { host: ${OUTSIDE}, ports: [5432], protocol: opaque }
  - { host: ${OUTSIDE}, ports: [25], protocol: server-first }
  - { host: api.test, ports: [443] }
  - { host: api.test, ports: [5432], protocol: opaque }
  - { ip: ${api.v4}, ports: [5432], protocol: opaque }
  - { ip: "${api.v6}", ports: [5432], protocol: opaque }
  - { host-loopback: 7777 }
`

let internet: Internet
beforeAll(async () => {
  const zones = { [OUTSIDE]: [], 'proxy.test': [a(PROXY.address)] }
  internet = await startInternet({ zones, etc: { resolvConf: 'search test\n' } })
})
afterAll(() => internet.close())

let proxy: ConnectProxy | null
beforeEach(async () => {
  proxy = null
  await internet.resetCounts()
})
afterEach(() => proxy?.close())
const serveProxy = async (options: Partial<ConnectProxyOptions> = {}): Promise<void> => {
  proxy = await connectProxy(internet, { ...PROXY, names: { [OUTSIDE]: api.v4 }, ...options })
}
const targets = () => proxy?.requests.map(({ target }) => target)

describe.each(USERS)('as %s', (user) => {
  const withProxy = (env: Record<string, string>): { mcp: Product; profile: string } => {
    const mcp = product(internet, { user, env })
    return { mcp, profile: mcp.profile('p', PROFILE) }
  }
  const flows = (mcp: Product) => history(mcp.store, 'p').flows

  it('carries TLS to a name that the host cannot resolve, recorded before it is asked for', async () => {
    const { mcp, profile } = withProxy({ HTTPS_PROXY: `http://${PLACE}` })
    const seenByThen: number[] = []
    await serveProxy({
      answer: () => {
        seenByThen.push(flows(mcp).length)
        return 200
      },
    })
    const { answer, result } = await inside(mcp, profile, 'talk', TLS)
    expect(answer).toMatchObject({ error: null, got: expect.stringContaining('hello') })
    expect(proxy?.requests).toEqual([{ target: `${OUTSIDE}:443`, authorization: null }])
    expect(seenByThen).toEqual([1])
    expect(flows(mcp)).toMatchObject([
      {
        name: OUTSIDE,
        name_source: 'tls_sni',
        address: expect.stringMatching(/^198\.18\.|^fd6d:/),
        dialled: PLACE,
        state: 'closed',
        declaration: 'declared',
        action: 'allowed',
      },
    ])
    expect(recordedCounts(flows(mcp))).toEqual(farCounts(internet, api, 443))
    expect(internet.dnsQueries(OUTSIDE)).toEqual([])
    expect(internet.dnsQueries().map(({ name }) => name)).toContain('proxy.test')
    const seen = history(mcp.store, 'p')
    expect(seen.dns.every(({ name, rcode }) => name === OUTSIDE && rcode === 'NOERROR')).toBe(true)
    expect(seen.alerts).toEqual([])
    const sentence = `names are resolved by the proxy ${PLACE}: address classes are not judged for them`
    expect(result.stderr.toString()).toContain(`mcp-run: ${sentence}\n`)
    expect(await mcp.egress(['report'])).toContain(sentence)
  })

  it('takes the option’s before the environment’s, with credentials that appear nowhere', async () => {
    await serveProxy({ answer: ({ authorization }) => (authorization === null ? 407 : 200) })
    const { mcp, profile } = withProxy({ ALL_PROXY: 'http://192.0.2.99:1' })
    const args = ['--upstream-proxy', `http://joe:${SECRET}%40@proxy:3128`]
    const { answer, result } = await inside(mcp, profile, 'talk', OPAQUE, { args })
    expect(answer).toMatchObject({ error: null, got: 'hello' })
    const authorization = `Basic ${Buffer.from(`joe:${SECRET}@`).toString('base64')}`
    expect(proxy?.requests).toEqual([{ target: `${OUTSIDE}:5432`, authorization }])
    expect(flows(mcp)).toMatchObject([{ dialled: 'proxy:3128', bytes_sent: 5, bytes_received: 5 }])
    const shown = `${result.stderr}${await mcp.egress(['flows', '--server', 'p', '--format', 'jsonl'])}${await mcp.egress(['report'])}`
    for (const secret of [SECRET, authorization.slice(6)]) {
      expect(shown).not.toContain(secret)
      expect((await internet.run(['grep', '-rlF', secret, mcp.store])).stdout.toString()).toBe('')
    }
  })

  it.each([
    ['trusted', {}, null],
    ['not trusted', { SSL_CERT_FILE: '/nowhere.pem' }, 'proxy: UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ])('speaks TLS to an https proxy that is %s', async (_, env, problem) => {
    await serveProxy({ tls: true })
    const { mcp, profile } = withProxy({
      HTTPS_PROXY: `https://joe:${SECRET}@${PLACE}`,
      SSL_CERT_FILE: internet.caFile,
      ...env,
    })
    // An end over TLS ends both ways: what comes back is waited for.
    const all = 3 * MIB + OPAQUE.send.length
    const talk = { ...OPAQUE, fill: 3 * MIB, awaitBytes: all }
    const { answer } = await inside(mcp, profile, 'talk', talk)
    if (problem === null) {
      expect(answer).toMatchObject({ error: null, received: all })
      expect(flows(mcp)).toMatchObject([{ state: 'closed', dialled: PLACE }])
      expect(recordedCounts(flows(mcp))).toEqual(farCounts(internet, api, 5432))
    } else {
      expect(answer.received).toBe(0)
      expect(proxy?.requests).toEqual([])
      expect(flows(mcp)).toMatchObject([{ state: 'unreachable', cause: problem, dialled: PLACE }])
    }
  })

  it('carries an undeclared name in monitor, flagged all the same', async () => {
    await serveProxy({ names: { 'evil.test': addresses.evil.v4 } })
    const { mcp, profile } = withProxy({ https_proxy: PLACE })
    const talk = { host: 'evil.test', port: 443, servername: 'evil.test', send: GET('/'), awaitBytes: 100 }
    const { answer } = await inside(mcp, profile, 'talk', talk, { args: ['--mode', 'monitor'] })
    expect(answer.got).toContain('hello')
    expect(targets()).toEqual(['evil.test:443'])
    expect(internet.dnsQueries('evil.test')).toEqual([])
    const seen = history(mcp.store, 'p')
    expect(seen.flows).toMatchObject([{ declaration: 'undeclared', action: 'allowed', dialled: PLACE }])
    expect(seen.alerts).toContainEqual(expect.objectContaining({ severity: 'high', name: 'evil.test' }))
  })
})

describe('what goes through', () => {
  const withProxy = (env: Record<string, string> = {}): { mcp: Product; profile: string } => {
    const mcp = product(internet, { user: 'plain', env: { HTTPS_PROXY: `http://${PLACE}`, ...env } })
    return { mcp, profile: mcp.profile('p', PROFILE) }
  }

  it('is a server that speaks first, too', async () => {
    await serveProxy()
    const { mcp, profile } = withProxy()
    const talk = { host: OUTSIDE, port: 25, send: 'HELO x\r\n', awaitBytes: 30 }
    const { answer } = await inside(mcp, profile, 'talk', talk)
    expect(answer.got).toMatch(/^220 .*250 ok\r\n$/s)
    const { flows } = history(mcp.store, 'p')
    expect(flows).toMatchObject([{ name: OUTSIDE, protocol: 'none', dialled: PLACE }])
    expect(recordedCounts(flows)).toEqual(farCounts(internet, api, 25))
  })

  it.each([
    ['IPv4', api.v4, `${api.v4}:5432`],
    ['IPv6', api.v6, `[${api.v6}]:5432`],
  ])('is a declared address of %s', async (_, host, target) => {
    await serveProxy()
    const { mcp, profile } = withProxy()
    const { answer } = await inside(mcp, profile, 'talk', { ...OPAQUE, host })
    expect(answer).toMatchObject({ error: null, got: 'hello' })
    expect(targets()).toEqual([target])
    expect(history(mcp.store, 'p').flows).toMatchObject([{ address: host, dialled: PLACE }])
  })

  it.each([
    ['the name', 'api.test', { host: 'api.test', port: 5432 }],
    ['a suffix', 'example,.test', { host: 'api.test', port: 5432 }],
    ['the name on that port', 'api.test:5432', { host: 'api.test', port: 5432 }],
    ['the address', api.v4, { host: api.v4, port: 5432 }],
    ['its block', '203.0.113.0/25', { host: api.v4, port: 5432 }],
    ['everything', '*', { host: 'api.test', port: 5432 }],
  ])('is not what NO_PROXY lists by %s', async (_, list, where) => {
    await serveProxy()
    const { mcp, profile } = withProxy({ NO_PROXY: list })
    const { answer } = await inside(mcp, profile, 'talk', { ...where, send: 'hello' })
    expect(answer).toMatchObject({ error: null, got: 'hello' })
    expect(targets()).toEqual([])
    const { flows } = history(mcp.store, 'p')
    expect(flows.filter(({ dialled }) => dialled === PLACE)).toEqual([])
  })

  it('is what NO_PROXY lists for another port', async () => {
    await serveProxy({ names: { 'api.test': api.v4 } })
    const { mcp, profile } = withProxy({ NO_PROXY: 'api.test:443' })
    await inside(mcp, profile, 'talk', { host: 'api.test', port: 5432, send: 'hello' })
    expect(targets()).toEqual(['api.test:5432'])
  })

  it('is what a declared name leads to by SRV, by its own name', async () => {
    await serveProxy({ names: { 'db.example.test': api.v4 } })
    const { mcp, profile } = withProxy()
    const ask = { name: '_postgres._tcp.api.test', type: 'SRV' } as const
    const talk = { host: 'db.example.test', port: 5432, send: 'hello' }
    const { answer } = await inside(mcp, profile, 'askThenTalk', { ask, talk })
    expect(answer).toMatchObject({ error: null, got: 'hello' })
    expect(targets()).toEqual(['db.example.test:5432'])
    expect(history(mcp.store, 'p').flows).toMatchObject([{ chain: '["_postgres._tcp.api.test"]' }])
  })

  it('is nothing when it is switched off', async () => {
    await serveProxy()
    const { mcp, profile } = withProxy()
    const args = ['--upstream-proxy', 'none']
    const talk = { host: 'api.test', port: 5432, send: 'hello' }
    const { answer, result } = await inside(mcp, profile, 'talk', talk, { args })
    expect(answer.got).toBe('hello')
    expect(targets()).toEqual([])
    expect(result.stderr.toString()).not.toContain('resolved by the proxy')
  })

  it('is never the host’s own loopback', async () => {
    const program = `require('net').createServer((s) => s.end('of the host')).listen(7777, '127.0.0.1', () => console.log('ready'))`
    const service = internet.spawn([process.execPath, '-e', program])
    await new Promise((resolve) => service.stdout?.once('data', resolve))
    await serveProxy()
    const { mcp, profile } = withProxy()
    const { answer } = await inside(mcp, profile, 'talk', { host: '127.0.0.1', port: 7777, send: 'x' })
    service.kill()
    expect(answer.got).toBe('of the host')
    expect(targets()).toEqual([])
  })
})

describe('a proxy that does not do it', () => {
  const cases: readonly [string, Partial<ConnectProxyOptions> | null, string, string][] = [
    ['wants credentials', { answer: () => 407 }, PLACE, 'proxy refused: 407'],
    ['forbids it', { answer: () => 403 }, PLACE, 'proxy refused: 403'],
    ['shows a login page', { answer: () => 302 }, PLACE, 'proxy refused: 302'],
    ['hangs up', { answer: () => null }, PLACE, 'proxy closed the connection'],
    ['is no proxy', { raw: 'SSH-2.0-x\r\n' }, PLACE, 'proxy: not an HTTP answer'],
    ['is not there', null, `${addresses.closed.v4}:3128`, 'proxy: ECONNREFUSED'],
    ['has no address', null, 'absent.invalid:3128', 'proxy: ENOTFOUND'],
  ]
  it.each(cases)('that %s is told to the client and in the row', async (_, options, place, cause) => {
    if (options !== null) await serveProxy(options)
    const mcp = product(internet, { user: 'plain', env: { HTTPS_PROXY: `http://joe:${SECRET}@${place}` } })
    const profile = mcp.profile('p', PROFILE)
    const script = `curl -s -D - http://${OUTSIDE}/; curl -sS https://${OUTSIDE}/ 2>&1; true`
    const { output } = await insideShell(mcp, profile, script)
    expect(output).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/)
    expect(output).toContain('\r\nX-Mcp-Run-Reason: unreachable\r\n')
    expect(output).toContain(`mcp-run could not reach ${OUTSIDE}:80 (`)
    expect(output).toContain(`): ${cause}\n`)
    expect(output).toContain('tlsv1 alert internal error')
    for (const theirs of ['script', 'login', SECRET]) expect(output).not.toContain(theirs)
    const { flows, alerts } = history(mcp.store, 'p')
    expect(flows.map(({ port }) => port)).toEqual([80, 443])
    for (const flow of flows)
      expect(flow).toMatchObject({ state: 'unreachable', cause, dialled: place, bytes_sent: 0 })
    expect(alerts).toEqual([])
  })

  it('and one that it cannot speak to is an error that names the variable, not its value', async () => {
    const mcp = product(internet, { user: 'plain', env: { ALL_PROXY: `socks5://joe:${SECRET}@proxy.test` } })
    const { code, stderr } = await mcp.shell(mcp.profile('p', PROFILE), 'true')
    expect(code).toBe(2)
    expect(stderr.toString()).toContain('mcp-run: ALL_PROXY names a proxy of the kind socks5')
    expect(stderr.toString()).not.toContain(SECRET)
  })
})
