import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import {
  deepDependency,
  deepUpdate,
  HOSTS,
  keyAndUpload,
  publishedSecrets,
  reverseShell,
  STARTUP_PY,
  worm,
} from '../fixtures/incidents/packages.ts'
import { addresses } from '../fixtures/internet/addresses.ts'
import type { Internet, RunResult } from '../fixtures/internet/model.ts'
import { a } from '../fixtures/internet/records.ts'
import { expectSilence } from '../fixtures/internet/silence.ts'
import { withClient } from '../fixtures/product/client-session.ts'
import { alertsOf } from '../fixtures/product/findings.ts'
import { type History, hasHistory, history } from '../fixtures/product/history.ts'
import { bundledServer } from '../fixtures/product/mcp-command.ts'
import { type Product, product } from '../fixtures/product/product.ts'
import { registryAt } from '../fixtures/product/registry-places.ts'
import { runOpen } from '../fixtures/product/run-open.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { type FixtureRegistry, startRegistry } from '../fixtures/registry.ts'

const REGISTRY = 'packages.test'
const ADDRESS = '203.0.113.93'
const SECRETS = { GITHUB_TOKEN: 'ghp_0123456789abcdef', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI' }
const CLIENT_CONFIG = '{"mcpServers":{}}'

// Each test installs several times.
vi.setConfig({ testTimeout: 180_000 })

let internet: Internet
let registry: FixtureRegistry
let mcp: Product
let endPlace: () => unknown
beforeAll(async () => {
  const zones = Object.fromEntries(Object.values(HOSTS).map((name) => [name, [a(addresses.evil.v4)]]))
  internet = await startInternet({ zones: { [REGISTRY]: [a(ADDRESS)], ...zones } })
  const reach = readFileSync(bundledServer(product(internet, { user: 'root' }), 'reach-server-2025'), 'utf8')
  registry = await startRegistry([
    ...reverseShell,
    keyAndUpload,
    publishedSecrets,
    worm,
    ...deepDependency,
    {
      manifest: { name: 'mem0-mcp-server', version: '1.0.0', bin: 'cli.js' },
      files: { 'cli.js': `#!/usr/bin/env node\n${reach}` },
    },
  ])
  endPlace = await registryAt(internet, registry, { address: ADDRESS, port: 80 })
})
afterAll(async () => {
  await endPlace()
  await registry.close()
  await internet.close()
})
beforeEach(() => {
  mcp = product(internet, { user: 'root', env: SECRETS })
  writeFileSync(join(mcp.home, '.npmrc'), `registry=http://${REGISTRY}/\nfetch-retries=0\n`)
  writeFileSync(join(mcp.home, '.claude.json'), CLIENT_CONFIG)
  mkdirSync(join(mcp.home, '.aws'))
  writeFileSync(join(mcp.home, '.aws/credentials'), SECRETS.AWS_SECRET_ACCESS_KEY)
})

const run = (...args: string[]): Promise<RunResult> => runOpen(mcp, args, 55_000).ended
/** Nothing of it gets to the attacker: no packet, no byte, no question. */
const silently = <T>(action: () => Promise<T>): Promise<T> =>
  expectSilence(internet, action, { zones: ['evil.test', ...Object.values(HOSTS)] })
/** What was tried in a phase, where, and how often it was an alert; each of it denied. */
const tried = ({ alerts }: History, phase: 'install' | 'run') =>
  alerts
    .filter((alert) => alert.phase === phase)
    .map(({ name, address, port, action }) => ({
      name,
      address: name === null ? address : null,
      port,
      action,
    }))
const trees = () => readdirSync(join(mcp.store, 'packages')).filter((file) => /^[0-9a-f]{64}$/.test(file))

it('mcp-runcommand-server: a reverse shell when it is installed, another when it is run', async () => {
  const allowed = await silently(() =>
    run('--allow-scripts', 'runcommand-server', '-y', 'runcommand-server@1.0.6'),
  )
  expect(allowed.code).toBe(2)
  expect(allowed.stderr.toString()).toContain(
    `the install script of runcommand-server@1.0.6 asked for ${addresses.evil.v4}:4433, which it may not reach`,
  )
  expect(trees()).toEqual([])
  expect(tried(history(mcp.store, 'runcommand-server'), 'install')).toMatchObject([
    { port: 4433, action: 'denied' },
  ])

  // Its script is not run unless somebody says so, and what it does when it is run goes nowhere either.
  const { stdout, stderr } = await silently(async () => {
    const started = runOpen(mcp, ['-y', 'runcommand-server@1.0.6'], 55_000)
    await started.says(`alert: runcommand-server: ${addresses.evil.v4}:4433`)
    // The client goes: the shell that waits for its words goes with it.
    started.child.stdin?.end()
    return started.ended
  })
  expect([stdout.toString(), stderr.toString()]).toEqual([
    'started\n',
    expect.stringContaining('not run: the install scripts of runcommand-server@1.0.6'),
  ])
  const { flows } = history(mcp.store, 'runcommand-server')
  expect(flows.filter(({ port }) => port === 4433)).toMatchObject([
    { phase: 'install', address: addresses.evil.v4, action: 'denied', reason: 'raw-ip' },
    { phase: 'run', address: addresses.evil.v4, action: 'denied', reason: 'raw-ip' },
  ])
})

it('mcp-runcommand-server: from the version before, the upgrade says what comes', async () => {
  expect((await run('pin', 'runcommand-server@1.0.5')).code).toBe(0)
  const shown = await silently(() => run('upgrade', 'runcommand-server@1.0.5', '1.0.6'))
  expect(shown.code).toBe(1)
  for (const text of [
    '! new install script of runcommand-server@1.0.6 (not run)\n      preinstall: node shell.js',
    `! new host in the code: ${addresses.evil.v4}`,
    '! starts other programs (child_process)',
    '! opens connections of its own: net',
  ])
    expect(shown.stdout.toString()).toContain(text)
})

it('mem0-mcp-server: memories go to a host that looks like the vendor’s', async () => {
  const profile = mcp.profile(
    'memories',
    'name: memories\npackage: mem0-mcp-server@1.0.0\negress:\n  - host: api.mem0.test\n',
  )
  const where = { host: HOSTS.lookAlike, port: 18_080 }
  const { stderr } = await silently(() =>
    withClient(internet, mcp, ['--profile', profile], ({ call }) => call('reach', where)),
  )
  expect(stderr).toContain(`alert: memories: ${HOSTS.lookAlike}`)
  const alerts = await alertsOf(mcp, 'memories')
  expect(alerts.map(({ kind, action }) => [kind, action])).toContainEqual([
    'undeclared_destination',
    'denied',
  ])
  expect(history(mcp.store, 'memories').flows.at(-1)).toMatchObject({
    phase: 'run',
    name: HOSTS.lookAlike,
    port: 18_080,
    action: 'denied',
    reason: 'undeclared',
  })
  const report = await mcp.egress(['report', '--server', 'memories', '--format', 'json'])
  const [server] = JSON.parse(report).servers
  const found = server.destinations.find(({ port }: { port: number }) => port === 18_080)
  expect(found.tools).toContainEqual(expect.objectContaining({ tool: 'reach' }))
})

it('polymarket-mcp-v2: its install script adds a key and sends files to a bare address', async () => {
  const result = await silently(() => run('--allow-scripts', 'market-server', '-y', 'market-server'))
  expect(result.code).toBe(2)
  expect(result.stderr.toString()).toContain(`market-server@2.1.6 asked for ${addresses.evil.v4}:80`)
  expect(tried(history(mcp.store, 'market-server'), 'install')).toMatchObject([
    { address: addresses.evil.v4, port: 80, action: 'denied' },
  ])
  expect(existsSync(join(mcp.home, '.ssh'))).toBe(false)
  expect(trees()).toEqual([])
})

it('postman-mcp-server: its install script publishes secrets through a host that the server may reach', async () => {
  const profile = mcp.profile(
    'postman',
    `name: postman\npackage: postman-server@2.4.10\ninstall-scripts: [postman-server]\negress:\n  - host: ${HOSTS.forge}\n`,
  )
  const result = await silently(() => run('--profile', profile))
  expect(result.code).toBe(2)
  expect(result.stderr.toString()).toContain(`postman-server@2.4.10 asked for DNS name ${HOSTS.forge}`)
  const seen = history(mcp.store, 'postman')
  expect(tried(seen, 'install')).toContainEqual(
    expect.objectContaining({ name: HOSTS.forge, action: 'denied' }),
  )
  expect(seen.sessions.every(({ phase }) => phase === 'install')).toBe(true)
  const holding = await internet.run(['grep', '-rlE', Object.values(SECRETS).join('|'), mcp.store])
  expect(holding.stdout.toString()).toBe('')
})

it('SANDWORM_MODE: stopped at its name; run all the same, it finds no client and no way out', async () => {
  const before = registry.requests.length
  const refused = await silently(() => run('-y', 'tavlly-mcp'))
  expect(refused.code).toBe(2)
  expect(refused.stderr.toString()).toContain('tavlly-mcp is not tavily-mcp, which many run')
  expect([registry.requests.length, hasHistory(mcp.store, 'tavlly-mcp')]).toEqual([before, false])

  const meant = await silently(() => run('--accept-name', 'tavlly-mcp', '-y', 'tavlly-mcp'))
  expect(meant.stdout.toString()).toBe('started\n')
  expect(readFileSync(join(mcp.home, '.claude.json'), 'utf8')).toBe(CLIENT_CONFIG)
  for (const folder of ['.cursor', '.config']) expect(existsSync(join(mcp.home, folder))).toBe(false)
  const names = tried(history(mcp.store, 'tavlly-mcp'), 'run').map(({ name, action }) => `${name} ${action}`)
  for (const host of [HOSTS.worker, HOSTS.forge]) expect(names).toContain(`${host} denied`)
  const { dns } = history(mcp.store, 'tavlly-mcp')
  expect(dns.find(({ type }) => type === 'TXT')).toMatchObject({
    name: expect.stringMatching(new RegExp(`^[0-9a-f]+\\.${HOSTS.tunnel}$`)),
    action: 'denied',
  })
})

it('axios: an update of a dependency brings another, with an install script', async () => {
  expect((await run('pin', 'web-server')).code).toBe(0)
  await registry.publish(deepUpdate)
  // What is pinned is what runs, whatever the registry has by now.
  expect((await silently(() => run('-y', 'web-server'))).stdout.toString()).toBe('1.14.0started\n')
  const shown = await silently(() => run('upgrade', 'web-server'))
  expect(shown.code).toBe(1)
  for (const text of [
    'web-server 1.0.0 -> 1.0.0',
    '! new install script of plain-crypto@4.2.1 (not run)\n      postinstall: node setup.js',
    `! new host in the code: http://${HOSTS.odd}:8000/6202033  plain-crypto@4.2.1 setup.js:2`,
    'Dependencies:\n  + plain-crypto@4.2.1\n  ~ web-client 1.14.0 -> 1.14.1\n',
  ])
    expect(shown.stdout.toString()).toContain(text)
  const taken = await silently(() => run('upgrade', 'web-server', '--yes', '--allow-scripts', 'plain-crypto'))
  expect(taken.code).toBe(2)
  expect(taken.stderr.toString()).toContain(`plain-crypto@4.2.1 asked for DNS name ${HOSTS.odd}`)
  expect(tried(history(mcp.store, 'web-server'), 'install')).toContainEqual(
    expect.objectContaining({ name: HOSTS.odd, action: 'denied' }),
  )
  expect((await silently(() => run('-y', 'web-server'))).stdout.toString()).toBe('1.14.0started\n')
})

it('litellm: what the interpreter runs before the program finds no secret and no way out', async () => {
  const profile = mcp.profile('models', 'name: models\negress:\n  - host: api.litellm.test\n')
  mkdirSync(join(mcp.cwd, 'site'))
  writeFileSync(join(mcp.cwd, 'site/sitecustomize.py'), STARTUP_PY)
  writeFileSync(join(mcp.cwd, 'server.py'), 'import os\nprint("started", sorted(os.environ))\n')
  const command = 'PYTHONPATH=$PWD/site exec python3 server.py'
  const result = await silently(() => run('--profile', profile, '--', 'sh', '-c', command))
  expect(result.stdout.toString()).toContain('started')
  for (const name of Object.keys(SECRETS)) expect(result.stdout.toString()).not.toContain(name)
  const seen = history(mcp.store, 'models')
  expect(tried(seen, 'run')).toContainEqual(expect.objectContaining({ name: HOSTS.models, action: 'denied' }))
})
