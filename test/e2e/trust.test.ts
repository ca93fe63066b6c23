import { appendFileSync, chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Internet, RunResult } from '../fixtures/internet/model.ts'
import { a } from '../fixtures/internet/records.ts'
import { expectSilence } from '../fixtures/internet/silence.ts'
import { history } from '../fixtures/product/history.ts'
import { patchedBuild } from '../fixtures/product/patched-build.ts'
import { type Product, product } from '../fixtures/product/product.ts'
import { registryAt } from '../fixtures/product/registry-places.ts'
import { runOpen } from '../fixtures/product/run-open.ts'
import { SANDBOX, startInternet } from '../fixtures/product/sandbox.ts'
import { type FixtureRegistry, newSigner, startRegistry } from '../fixtures/registry.ts'

const HOST = 'packages.test'
const ADDRESS = '203.0.113.91'
const TOKEN = 'npm_0123456789abcdef'
const PUBLISHED = { published: '2026-01-01T00:00:00.000Z', user: 'ann', maintainers: ['ann'] }
const CLI = '#!/usr/bin/env node\nprocess.stdout.write("the genuine one\\n")\n'
/** Writes down what an install script can see. */
const LOOKS = `fs.writeFileSync('seen.txt', [
  ...Object.entries(process.env).map(([name, value]) => name + '=' + value),
  ...fs.readdirSync('../../..', { recursive: true }),
].join('\\n'))`

let internet: Internet
let registry: FixtureRegistry
let mcp: Product
let endPlace: () => unknown
const server = (name: string, dependencies: object = {}) => ({
  manifest: { name, version: '1.0.0', bin: 'cli.js', dependencies },
  files: { 'cli.js': CLI },
  ...PUBLISHED,
})
const scripted = (name: string, postinstall: string, files = {}) => ({
  manifest: { name, version: '1.0.0', scripts: { postinstall } },
  files: { 'x.js': '', ...files },
  ...PUBLISHED,
})
beforeAll(async () => {
  internet = await startInternet({ zones: { [HOST]: [a(ADDRESS)] } })
  registry = await startRegistry(
    [
      server('reach-server', { looks: '1' }),
      server('calling-server', { calls: '1' }),
      server('tavilly-mcp'),
      {
        ...server('deep-server', { deep: '1' }),
        files: { 'cli.js': 'process.stdout.write(require("deep"))' },
      },
      { manifest: { name: 'deep', version: '1.0.0' }, files: { 'index.js': 'module.exports = "genuine"' } },
      scripted('looks', 'node look.js', { 'look.js': LOOKS.replace('fs.', "const fs = require('fs')\nfs.") }),
      scripted('calls', 'node call.js', {
        'call.js': 'fetch("http://installed.evil.test/").catch(() => 0)',
      }),
    ],
    { signer: newSigner() },
  )
  endPlace = await registryAt(internet, registry, { address: ADDRESS, port: 80 })
})
afterAll(async () => {
  await endPlace()
  await registry.close()
  await internet.close()
})
beforeEach(() => {
  registry.faults.clear()
  mcp = newcomer()
})

function newcomer(dist?: string): Product {
  const made = product(internet, { user: 'root', ...(dist && { dist }) })
  writeFileSync(
    join(made.home, '.npmrc'),
    `registry=http://${HOST}/\nfetch-retries=0\n//${HOST}/:_authToken=${TOKEN}\n`,
  )
  return made
}

const run = (...args: string[]): Promise<RunResult> => runOpen(mcp, args, 55_000).ended
const trees = () => readdirSync(join(mcp.store, 'packages')).filter((name) => /^[0-9a-f]{64}$/.test(name))
const inTree = (...path: string[]) => join(mcp.store, 'packages', trees()[0] ?? '', 'node_modules', ...path)

it('an install script that is allowed runs in the sandbox, and sees no secret', async () => {
  const first = await run('--allow-scripts', 'looks', '-y', 'reach-server')
  expect(first.stderr.toString()).toContain('run in the sandbox: the install scripts of looks@1.0.0')
  expect(first.stdout.toString()).toBe('the genuine one\n')
  const seen = readFileSync(inTree('looks/seen.txt'), 'utf8')
  expect(seen).toContain('npm_lifecycle_event=postinstall')
  expect(seen).not.toContain(TOKEN)
  expect(seen).not.toContain('npmrc')
  const { sessions } = history(mcp.store, 'reach-server')
  expect(sessions.map(({ phase, end }) => `${phase} ${end}`)).toEqual([
    'install exited',
    'install exited',
    'run exited',
  ])
})

it('an install script that calls out fails the installation, names its package, and is an alert', async () => {
  const result = await expectSilence(internet, () => run('--allow-scripts', 'calls', '-y', 'calling-server'))
  expect(result.code).toBe(2)
  expect(result.stderr.toString()).toMatch(
    /the install script of calls@1\.0\.0 asked for DNS name installed\.evil\.test, .*which it may not reach/,
  )
  expect(trees()).toEqual([])
  expect(readdirSync(join(mcp.store, 'packages/stage'))).toEqual([])
  const { alerts } = history(mcp.store, 'calling-server')
  expect(alerts.length).toBeGreaterThan(0)
  for (const alert of alerts) expect(alert.phase).toBe('install')
  const without = await run('-y', 'calling-server')
  expect(without.stdout.toString()).toBe('the genuine one\n')
})

it('a file of the store that was changed never runs: the package is installed again', async () => {
  await run('-y', 'reach-server')
  const file = inTree('reach-server/cli.js')
  chmodSync(file, 0o755)
  appendFileSync(file, 'process.stdout.write("the changed one\\n")\n')
  chmodSync(file, 0o555)
  const result = await run('-y', 'reach-server')
  expect(result.stderr.toString()).toContain('node_modules/reach-server/cli.js: not what was installed')
  expect(result.stderr.toString()).toContain('installing reach-server@1.0.0 again, as it was')
  expect(result.stdout.toString()).toBe('the genuine one\n')
  expect(readFileSync(file, 'utf8')).toBe(CLI)
  const { sessions } = history(mcp.store, 'reach-server')
  expect(sessions.map(({ phase, end }) => `${phase} ${end}`)).toEqual([
    ...['install exited', 'run exited', 'run failed', 'install exited', 'run exited'],
  ])
})

it('a changed file deep in the tree is noticed while the server starts: nothing of it gets out', async () => {
  await run('-y', 'deep-server')
  const file = inTree('deep/index.js')
  chmodSync(file, 0o755)
  writeFileSync(file, 'fetch("http://changed.evil.test/").catch(() => 0); module.exports = "changed"')
  chmodSync(file, 0o444)
  const result = await expectSilence(internet, () => run('-y', 'deep-server'))
  expect(result.stderr.toString()).toContain('node_modules/deep/index.js: not what was installed')
  expect(result.stdout.toString()).toBe('genuine')
})

it('nor does anything where the server has ended before it is noticed', async () => {
  const find = /(?<=after:\(\)=>)check\d*\.all\(\)/
  const replace = 'new Promise(then=>setTimeout(then,3e3)).then(()=>$&)'
  mcp = newcomer(patchedBuild(internet.folder(0), [{ file: 'mcp-run.cjs', find, replace }]))
  await run('-y', 'deep-server')
  const file = inTree('deep/index.js')
  chmodSync(file, 0o755)
  writeFileSync(file, 'module.exports = "changed"')
  chmodSync(file, 0o444)
  const result = await run('-y', 'deep-server')
  expect(result.stderr.toString()).toContain('node_modules/deep/index.js: not what was installed')
  expect(result.stdout.toString()).toBe('genuine')
  const { sessions } = history(mcp.store, 'deep-server')
  expect(sessions.map(({ phase, end }) => `${phase} ${end}`)).toEqual([
    ...['install exited', 'run exited', 'run failed', 'install exited', 'run exited'],
  ])
})

it('one that cannot be had again does not run', async () => {
  await run('-y', 'reach-server')
  const file = inTree('reach-server/cli.js')
  chmodSync(file, 0o755)
  appendFileSync(file, 'process.stdout.write("the changed one\\n")\n')
  registry.faults.set('reach-server', 'unavailable')
  const result = await run('-y', 'reach-server')
  expect([result.code, result.stdout.toString()]).toEqual([2, ''])
})

it('a signature that does not hold, and a name like another’s: exit 2, nothing kept', async () => {
  registry.faults.set('looks', 'bad-signature')
  const signed = await run('-y', 'reach-server')
  expect(signed.code).toBe(2)
  expect(signed.stderr.toString()).toContain('the signature of looks@1.0.0 does not hold')
  const before = registry.requests.length
  const named = await run('-y', 'tavilly-mcp')
  expect(named.code).toBe(2)
  expect(named.stderr.toString()).toContain('tavilly-mcp is not tavily-mcp')
  expect(named.stderr.toString()).toContain('else --accept-name tavilly-mcp')
  expect(registry.requests).toHaveLength(before)
  expect(trees()).toEqual([])
})

it('mcp-run pin says what is pinned, pins what is not, looks at every byte; unpin forgets it', async () => {
  const pinned = await mcp.run([
    'pin',
    '--sandbox',
    SANDBOX === 'native' ? 'native' : 'docker',
    'reach-server',
  ])
  const text = pinned.stdout.toString()
  expect(text).toContain('  version      1.0.0\n')
  expect(text).toContain('  published    2026-01-01 00:00 by ann\n')
  expect(text).toContain('  signature    signed by the registry\n')
  expect(text).toContain('  scripts      not run: looks@1.0.0\n')
  const before = registry.requests.length
  const verified = await mcp.run(['pin', 'reach-server', '--verify'])
  expect([verified.code, verified.stdout.toString()]).toEqual([
    0,
    expect.stringContaining('all as installed'),
  ])
  const listed = JSON.parse((await mcp.run(['pin', '--list', '--json'])).stdout.toString())
  expect(listed).toMatchObject([{ name: 'reach-server', spec: 'reach-server', publisher: { user: 'ann' } }])
  expect(registry.requests).toHaveLength(before)
  appendFileSync(inTree('looks/x.js'), ' ')
  expect((await mcp.run(['pin', 'reach-server', '--verify'])).code).toBe(1)
  const forgotten = await mcp.run(['unpin', 'reach-server'])
  expect(forgotten.stdout.toString()).toBe(
    'reach-server (1.0.0): no longer pinned\n1 installed copy removed\n',
  )
  expect(trees()).toEqual([])
})
