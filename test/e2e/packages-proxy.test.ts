import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { a } from '../fixtures/internet/records.ts'
import {
  type ConnectProxy,
  type ConnectProxyOptions,
  connectProxy,
} from '../fixtures/product/connect-proxy.ts'
import { history } from '../fixtures/product/history.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { registryAt } from '../fixtures/product/registry-places.ts'
import { runOpen } from '../fixtures/product/run-open.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { type FixtureRegistry, startRegistry } from '../fixtures/registry.ts'

/** Its name is known to the proxy alone. */
const HOST = 'packages.test'
const ADDRESS = '203.0.113.90'
const PROXY = { address: '203.0.113.128', port: 3128 }
const PLACE = 'proxy.test:3128'
const SECRET = 'hunter2-90ce'
const CREDENTIALS = `Basic ${Buffer.from(`joe:${SECRET}`).toString('base64')}`

let internet: Internet
let registry: FixtureRegistry
let endRegistry: () => Promise<void>
let proxy: ConnectProxy
beforeAll(async () => {
  internet = await startInternet({ zones: { [HOST]: [], 'proxy.test': [a(PROXY.address)] } })
  registry = await startRegistry([
    {
      manifest: { name: 'nine', version: '1.0.0', bin: 'cli.js' },
      files: { 'cli.js': '#!/usr/bin/env node\nprocess.exit(9)' },
    },
  ])
  endRegistry = await registryAt(internet, registry, { address: ADDRESS, port: 80 })
})
afterAll(async () => {
  await endRegistry()
  await registry.close()
  await internet.close()
})
afterEach(() => proxy.close())

describe.each(USERS)('an installation as %s', (user) => {
  const setUp = async (
    npmrc: string,
    { env = {}, ...options }: Partial<ConnectProxyOptions> & { env?: Record<string, string> } = {},
  ): Promise<Product> => {
    proxy = await connectProxy(internet, { ...PROXY, names: { [HOST]: ADDRESS }, ...options })
    await internet.resetCounts()
    const mcp = product(internet, { user, env })
    const text = `registry=http://${HOST}/\nfetch-retries=0\n${npmrc}`
    writeFileSync(join(mcp.home, '.npmrc'), text, { mode: 0o644 })
    return mcp
  }
  const install = (mcp: Product, ...args: string[]) => runOpen(mcp, [...args, '-y', 'nine']).ended
  const targets = () => [...new Set(proxy.requests.map(({ target }) => target))]

  it.each([
    ['https-proxy', `https-proxy=http://joe:${SECRET}@${PLACE}/\nproxy=http://192.0.2.99:1/\n`, {}],
    ['proxy', `proxy=http://joe:${SECRET}@${PLACE}/\n`, {}],
    ['a variable', 'proxy=http://192.0.2.99:1/\n', { HTTPS_PROXY: `http://joe:${SECRET}@${PLACE}` }],
  ])('goes through the proxy of %s', async (source, npmrc, env) => {
    const mcp = await setUp(npmrc, { env })
    const result = await install(mcp)
    expect(result.code).toBe(9)
    expect(targets()).toEqual([`${HOST}:80`])
    expect(proxy.requests.every(({ authorization }) => authorization === CREDENTIALS)).toBe(true)
    const { flows } = history(mcp.store, 'nine')
    expect(flows.length).toBeGreaterThan(0)
    for (const flow of flows)
      expect(flow).toMatchObject({ phase: 'install', name: HOST, dialled: PLACE, state: 'closed' })
    expect(internet.dnsQueries(HOST)).toEqual([])
    // What npm alone is configured with is none of the server's business.
    expect(result.stderr.toString().includes('resolved by the proxy')).toBe(source === 'a variable')
    for (const secret of [SECRET, CREDENTIALS.slice(6)]) {
      expect(result.stderr.toString()).not.toContain(secret)
      expect((await internet.run(['grep', '-rlF', secret, mcp.store])).stdout.toString()).toBe('')
    }
  })

  it.each([
    ['npm’s noproxy', `proxy=http://${PLACE}/\nnoproxy=other.test,${HOST}\n`, {}, []],
    ['NO_PROXY', `proxy=http://${PLACE}/\n`, { NO_PROXY: HOST }, []],
    ['--upstream-proxy none', `proxy=http://${PLACE}/\n`, {}, ['--upstream-proxy', 'none']],
  ])('does not where %s says so', async (_, npmrc, env, args) => {
    const mcp = await setUp(npmrc, { env })
    // It cannot be found then: that is what the proxy was for.
    expect((await install(mcp, ...args)).code).toBe(2)
    expect(proxy.requests).toEqual([])
  })

  it('that the proxy refuses fails as one whose registry cannot be reached', async () => {
    const mcp = await setUp(`proxy=http://joe:${SECRET}@${PLACE}/\n`, { answer: () => 407 })
    const result = await install(mcp)
    expect(result.code).toBe(2)
    expect(result.stderr.toString()).toContain('nine was not installed: the registry could not be reached')
    expect(result.stderr.toString()).not.toContain(SECRET)
    expect(history(mcp.store, 'nine').flows[0]).toMatchObject({ cause: 'proxy refused: 407', dialled: PLACE })
  })
})
