import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addresses } from '../fixtures/internet/addresses.ts'
import type { Internet } from '../fixtures/internet/model.ts'
import { a } from '../fixtures/internet/records.ts'
import { expectSilence } from '../fixtures/internet/silence.ts'
import { history } from '../fixtures/product/history.ts'
import { nothingLeft, tracesOf } from '../fixtures/product/leftovers.ts'
import { bundledServer, mcpCommand } from '../fixtures/product/mcp-command.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { registryAt, registryOnLoopback } from '../fixtures/product/registry-places.ts'
import { runOpen } from '../fixtures/product/run-open.ts'
import { ON_DOCKER, startInternet } from '../fixtures/product/sandbox.ts'
import { type FixtureRegistry, startRegistry } from '../fixtures/registry.ts'

const HOST = 'packages.test'
const ADDRESS = '203.0.113.90'
const TOKEN = 'npm_0123456789abcdef'
const MANIFEST = { name: 'reach-server', version: '1.2.3', bin: 'cli.js', dependencies: { helper: '^1.0.0' } }
/** What would show that an install script ran: the world's DNS is asked. */
const CALLS_OUT = { postinstall: 'node -e "fetch(`http://installed.evil.test/`)"' }

let internet: Internet
let registry: FixtureRegistry
const places: (() => unknown)[] = []
beforeAll(async () => {
  internet = await startInternet({ zones: { [HOST]: [a(ADDRESS)] } })
  const cli = readFileSync(bundledServer(product(internet, { user: 'root' }), 'reach-server-2025'), 'utf8')
  registry = await startRegistry([
    { manifest: { ...MANIFEST, scripts: CALLS_OUT }, files: { 'cli.js': `#!/usr/bin/env node\n${cli}` } },
    { manifest: { name: 'helper', version: '1.0.7', scripts: CALLS_OUT } },
    { manifest: { name: 'broken', version: '1.0.0', bin: 'cli.js', dependencies: { absent: '1' } } },
  ])
  places.push(await registryAt(internet, registry, { address: ADDRESS, port: 80 }))
  places.push(await registryAt(internet, registry, { address: addresses.internal, port: 4873 }))
  places.push(await registryOnLoopback(internet, registry, 4873))
})
afterAll(async () => {
  for (const end of places) await end()
  await registry.close()
  await internet.close()
})

describe.each(USERS)('as %s', (user) => {
  let mcp: Product
  beforeEach(async () => {
    registry.faults.clear()
    mcp = product(internet, { user })
    npmrc(`registry=http://${HOST}/\n`)
    await internet.resetCounts()
  })
  const npmrc = (text: string) => writeFileSync(join(mcp.home, '.npmrc'), text, { mode: 0o644 })
  const packages = (...path: string[]) => readdirSync(join(mcp.store, 'packages', ...path))
  const requested = async <T>(action: () => Promise<T>) => {
    const before = registry.requests.length
    const result = await action()
    return { result, requests: registry.requests.slice(before) }
  }

  let close: () => Promise<void> = () => Promise.resolve()
  afterEach(() => close())
  /** Starts it, has it list its tools, and ends it. */
  const use = async (...args: string[]): Promise<string> => {
    const client = new Client({ name: 'test', version: '1.0.0' })
    close = () => client.close()
    const transport = new StdioClientTransport({
      ...mcpCommand(internet, mcp, args),
      stderr: 'pipe',
    })
    let stderr = ''
    transport.stderr?.on('data', (chunk) => {
      stderr += chunk
    })
    await client.connect(transport, { timeout: 40_000 })
    const traces = await tracesOf(mcp, transport.pid ?? 0)
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['reach'])
    await client.close()
    await nothingLeft(mcp, traces)
    return stderr
  }

  it('installs once, from the registry alone, and runs no script; a second start asks nobody', async () => {
    const first = await expectSilence(internet, () => requested(() => use('-y', 'reach-server')))
    expect(first.requests.toSorted()).toEqual([
      'GET /-/npm/v1/keys',
      'GET /helper',
      'GET /helper/-/1.0.7.tgz',
      'GET /reach-server',
      // As npm asks it, and for who published it.
      'GET /reach-server',
      'GET /reach-server/-/1.2.3.tgz',
    ])
    expect(first.result).toContain('mcp-run: installing reach-server, once')
    expect(first.result).toMatch(/mcp-run: not run: the install scripts of .*reach-server@1\.2\.3/)
    expect(first.result).toContain(
      `reach-server: reach-server@1.2.3, sandbox ${ON_DOCKER ? 'docker' : 'native'}`,
    )
    const seen = history(mcp.store, 'reach-server')
    expect(seen.sessions.map(({ phase, end, exit_code }) => [phase, end, exit_code])).toEqual([
      ['install', 'exited', 0],
      ['run', 'exited', 0],
    ])
    expect(seen.flows.length).toBeGreaterThan(0)
    for (const flow of seen.flows)
      expect(flow).toMatchObject({
        phase: 'install',
        name: HOST,
        port: 80,
        action: 'allowed',
        protocol: 'http',
      })
    for (const query of seen.dns) expect(query).toMatchObject({ phase: 'install', name: HOST })
    const reached = [...(await internet.traffic()).payload].filter(([, { connections }]) => connections > 0)
    expect(reached.map(([where]) => where)).toEqual([`${ADDRESS} 80`])
    expect(seen.alerts).toEqual([])

    await internet.resetCounts()
    const second = await requested(() => use('-y', 'reach-server'))
    expect(second.requests).toEqual([])
    expect((await internet.traffic()).packets).toEqual(new Map())
    expect(second.result).not.toContain('installing')
    const later = history(mcp.store, 'reach-server')
    expect(later.sessions.map(({ phase }) => phase)).toEqual(['install', 'run', 'run'])
    expect(later.flows).toHaveLength(seen.flows.length)
  })

  it.each([
    ['on the host’s own loopback', 'http://127.0.0.1:4873/'],
    ['on the host’s own loopback, by name', 'http://localhost:4873/'],
    ['on a private address', `http://${addresses.internal}:4873/`],
  ])('installs from a registry %s', async (_, url) => {
    npmrc(`registry=${url}\n`)
    const { requests } = await expectSilence(internet, () =>
      requested(() => use('-y', 'reach-server@^1.0.0')),
    )
    expect(requests).toContain('GET /reach-server')
    const { flows, alerts } = history(mcp.store, 'reach-server')
    expect(
      flows.every(({ phase, port, action }) => phase === 'install' && port === 4873 && action === 'allowed'),
    ).toBe(true)
    expect(alerts).toEqual([])
  })

  it('installs over TLS with the user’s certificate and token, which appear nowhere else', async () => {
    const guarded = await startRegistry(
      [{ manifest: { ...MANIFEST, dependencies: {} }, files: { 'cli.js': 'process.exit(9)' } }],
      { token: TOKEN, scheme: 'https' },
    )
    const end = await registryAt(internet, guarded, { address: ADDRESS, port: 443, tls: true })
    try {
      npmrc(`registry=https://${HOST}/\ncafile=${internet.caFile}\n//${HOST}/:_authToken=${TOKEN}\n`)
      const result = await runOpen(mcp, ['-y', 'reach-server']).ended
      expect(result.code).toBe(9)
      expect(guarded.requests).toContain('GET /reach-server (token)')
      expect(result.stderr.toString()).not.toContain(TOKEN)
      const { flows } = history(mcp.store, 'reach-server')
      expect(flows.every(({ protocol, sni }) => protocol === 'tls' && sni === HOST)).toBe(true)
      const holding = await internet.run(['grep', '-rlF', TOKEN, mcp.store])
      expect(holding.stdout.toString()).toBe('')
    } finally {
      await end()
      await guarded.close()
    }
  })

  it.each([
    ['that is not there', 'no-such-server', /no-such-server/],
    ['one of whose dependencies is not there', 'broken', /absent/],
  ])('exits with 2 for a package %s, and keeps nothing of it', async (_, name, message) => {
    const result = await runOpen(mcp, ['-y', name]).ended
    expect(result.code).toBe(2)
    expect(result.stderr.toString()).toMatch(message)
    expect(packages().toSorted()).toEqual(['lock', 'stage'])
    expect([packages('lock'), packages('stage')]).toEqual([[], []])
    expect(existsSync(join(mcp.store, 'homes'))).toBe(false)
  })

  it('keeps nothing of an installation that was killed, and the next start makes it', async () => {
    registry.faults.set('helper', 'hang')
    const reached = registry.requested('helper')
    const run = runOpen(mcp, ['-y', 'reach-server'])
    await reached
    const traces = await tracesOf(mcp, run.child.pid ?? 0)
    run.child.kill('SIGKILL')
    await run.ended
    expect(packages().toSorted()).toEqual(['lock', 'stage'])
    registry.faults.clear()
    await use('-y', 'reach-server')
    await nothingLeft(mcp, traces)
    expect([packages('lock'), packages('stage')]).toEqual([[], []])
    const { sessions } = history(mcp.store, 'reach-server')
    expect(sessions.map(({ phase, end }) => `${phase} ${end}`)).toEqual([
      'install recorder-lost',
      'install exited',
      'run exited',
    ])
  })

  it('ends at once when it is asked to during an installation', async () => {
    registry.faults.set('helper', 'hang')
    const reached = registry.requested('helper')
    const run = runOpen(mcp, ['-y', 'reach-server'])
    await reached
    const traces = await tracesOf(mcp, run.child.pid ?? 0)
    run.child.kill('SIGTERM')
    const { code, signal } = await run.ended
    expect([code, signal]).not.toEqual([0, null])
    registry.faults.clear()
    await use('-y', 'reach-server')
    await nothingLeft(mcp, traces)
  })
})
