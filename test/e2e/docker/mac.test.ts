import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Engine } from '../../fixtures/engine/engine.ts'
import type { Internet } from '../../fixtures/internet/model.ts'
import { a } from '../../fixtures/internet/records.ts'
import { type Mac, mac } from '../../fixtures/mac/mac.ts'
import { withClient } from '../../fixtures/product/client-session.ts'
import { history } from '../../fixtures/product/history.ts'
import { nothingLeft, tracesOf } from '../../fixtures/product/leftovers.ts'
import { bundledServer } from '../../fixtures/product/mcp-command.ts'
import { product } from '../../fixtures/product/product.ts'
import { registryAt } from '../../fixtures/product/registry-places.ts'
import { runOpen } from '../../fixtures/product/run-open.ts'
import { engineOf, startInternet } from '../../fixtures/product/sandbox.ts'
import { type FixtureRegistry, startRegistry } from '../../fixtures/registry.ts'

const HOST = 'packages.test'
const ADDRESS = '203.0.113.90'
const KOFFI = `@koromix/koffi-linux-${process.arch}`
const PROFILE = 'name: p\negress: [{ host: api.test, port: 80 }]\n'
const WAITS = ['--', 'sh', '-c', 'echo started; read line; curl -sS http://api.test/']

let internet: Internet
let engine: Engine
let registry: FixtureRegistry
let end: () => Promise<void>
let mcp: Mac
/** The images of other tests. */
let others: readonly string[]
beforeAll(async () => {
  internet = await startInternet({ zones: { [HOST]: [a(ADDRESS)] } })
  engine = engineOf(internet) as Engine
  others = await tapImages()
  const cli = readFileSync(bundledServer(product(internet, { user: 'root' }), 'reach-server-2025'), 'utf8')
  const manifest = { name: 'reach-server', version: '1.2.3', bin: 'cli.js' }
  registry = await startRegistry([
    { manifest, files: { 'cli.js': `#!/usr/bin/env node\n${cli}` } },
    koffiBinary(),
  ])
  end = await registryAt(internet, registry, { address: ADDRESS, port: 80 })
  mcp = mac({ internet, integrity: await integrityOf(KOFFI) })
  writeFileSync(join(mcp.home, '.npmrc'), `registry=http://${HOST}/\n`, { mode: 0o644 })
})
afterAll(async () => {
  // Its image is of this run's own binary.
  const own = (await tapImages()).filter((one) => !others.includes(one))
  for (const Id of own) await engine.ask(`/images/${Id}?force=true`, { method: 'DELETE' }).catch(() => null)
  await end()
  await registry.close()
  await internet.close()
})

it('has its doctor look at the engine alone; what the image lacks is fetched once, as it was pinned', async () => {
  const doctor = async (...args: readonly string[]) => {
    const { code, stdout } = await mcp.run(['doctor', ...args])
    return { code, said: stdout.toString() }
  }
  const first = await doctor('--fix')
  expect(first.said).toMatch(/^Container engine\n/)
  expect(first.said).toContain(`fetching ${KOFFI}@`)
  expect(first.said).toContain('the recorder is a container too')
  expect(first.said).toContain('system calls are filtered')
  expect(first.said).not.toContain('MISSING')
  expect(first.code).toBe(0)
  expect((await tapImages()).length).toBe(others.length + 1)
  for (const image of ['images', 'python image']) {
    expect(first.said).toMatch(new RegExp(`^ok +${image} +built$`, 'm'))
  }
  // The tests' base has no git, and nothing to have it from.
  expect(first.said).toMatch(/^note +git image +no repository can be run in a container: .*cannot be built/m)
  const second = await doctor()
  expect(second.said).not.toContain('fetching')
  expect(second.code).toBe(0)
})

it('installs, starts, records and denies', async () => {
  const first = await withClient(internet, mcp, ['-y', 'reach-server'], async ({ client, call }) => {
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['reach'])
    return call('reach', { host: 'evil.test', port: 443 })
  })
  expect(first.stderr).toContain('mcp-run: reach-server: reach-server@1.2.3, sandbox docker, mode enforce')
  expect(first.stderr).toMatch(/alert: reach-server: evil\.test:443 .*: undeclared, denied/)
  expect(first.stderr).not.toContain('kept for')
  expect(history(mcp.store, 'reach-server').sessions.map(({ phase, end }) => `${phase} ${end}`)).toEqual([
    'install exited',
    'run exited',
  ])
  expect((await internet.traffic()).payload.get(`${internet.addresses.evil.v4} 443`)?.connections ?? 0).toBe(
    0,
  )
  const report = await mcp.egress(['report', '--server', 'reach-server'])
  expect(report).toMatch(/denied +evil\.test:443 +undeclared/)
})

it('counts what lives as living: a second start and a report leave the first alone; killed, nothing of it stays', async () => {
  const profile = mcp.profile('p', PROFILE)
  const first = runOpen(mcp, ['--profile', profile, ...WAITS], 60_000)
  await first.says('started')
  const traces = await tracesOf(mcp, first.child.pid ?? 0)
  const second = await mcp.run(['--profile', profile, '--', 'sh', '-c', 'kill -USR1 $$'])
  // Numbers of signals are Linux's, as the server's are.
  expect(second.code, second.stderr.toString()).toBe(128 + 10)
  await mcp.egress(['report'])
  expect(sessions()).toEqual(['run null', 'run signalled'])
  first.child.stdin?.write('go\n')
  await first.says('hello')
  await first.ended

  const third = runOpen(mcp, ['--profile', profile, ...WAITS], 60_000)
  await third.says('started')
  const killed = await tracesOf(mcp, third.child.pid ?? 0)
  expect(killed.networks.length).toBe(1)
  third.child.kill('SIGKILL')
  await nothingLeft(mcp, killed, 'killed')
  await nothingLeft(mcp, traces, 'killed')
  expect(readdirSync(join(mcp.store, 'run'))).toHaveLength(1)
  await mcp.run(['--profile', profile, '--', 'true'])
  expect(sessions()).toEqual(['run exited', 'run exited', 'run recorder-lost', 'run signalled'])
  expect(readdirSync(join(mcp.store, 'run'))).toEqual([])
})

it('says what an engine’s machine cannot be shown, and what it cannot run', async () => {
  const profile = mcp.profile('p', PROFILE)
  mkdirSync(join(mcp.opt, '../build/notes'))
  const program = join(mcp.cwd, 'tool')
  writeFileSync(program, Buffer.from('cffaedfe0c000001', 'hex'), { mode: 0o755 })
  const run = async (args: readonly string[]) => {
    const { code, stderr } = await mcp.run(args)
    return `${code}: ${stderr}`
  }
  const reading = (folder: string) => ['--profile', profile, '--allow-read', folder, '--', 'true']
  expect(await run(reading(join(mcp.opt, 'notes')))).toMatch(
    /^3: .*bind source path does not exist: .*notes\n.*File sharing; Colima/s,
  )
  expect(await run(reading(mcp.homeAgain))).toMatch(/^2: .*a whole home folder is never shared/)
  expect(await run(reading('/usr/share'))).toMatch(/^2: .*the container engine has a \/usr of its own/)
  expect(await run(['--profile', profile, '--', program])).toMatch(/^2: .*made for macOS/)
  expect(await run(['--profile', profile, '--', 'no-such-program'])).toMatch(
    /^3: .*no-such-program is not in its image/s,
  )
  expect(await run(['--sandbox', 'native', '--profile', profile, '--', 'true'])).toMatch(
    /^3: .*this is macOS/,
  )
  expect(await run(['--recorder', 'process', '--profile', profile, '--', 'true'])).toMatch(
    /^2: .*this is macOS/,
  )
})

function sessions(): string[] {
  return history(mcp.store, 'p')
    .sessions.map(({ phase, end }) => `${phase} ${end}`)
    .sort()
}

function koffiBinary() {
  const folder = fileURLToPath(new URL(`../../../node_modules/${KOFFI}`, import.meta.url))
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(node|js)$/.test(name),
  )
  return {
    manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
    files: Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name))])),
  }
}

async function integrityOf(name: string): Promise<string> {
  const answer = await fetch(`${registry.url}${name.replace('/', '%2f')}`)
  const { versions } = (await answer.json()) as { versions: Record<string, { dist: { integrity: string } }> }
  return Object.values(versions)[0]?.dist.integrity ?? ''
}

async function tapImages(): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: ['io.github.mcp-run=tap'] }))
  return (await engine.ask<{ readonly Id: string }[]>(`/images/json?filters=${filters}`)).map(({ Id }) => Id)
}
