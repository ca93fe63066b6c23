import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { PACKAGE_CLIENT, packageHome } from '../../fixtures/package-home.ts'
import { type FixtureRegistry, startRegistry } from '../../fixtures/registry.ts'

let registry: FixtureRegistry
let program: ReturnType<typeof packageHome>
let home: ReturnType<typeof packageHome>
const script = () => join(program.root, 'child.mjs')
beforeAll(async () => {
  program = packageHome('')
  registry = await startRegistry([
    { manifest: { name: 'server', version: '1.0.0', bin: 'cli.js' }, files: { 'cli.js': '' } },
  ])
  const entryPoints = [join(import.meta.dirname, '../../fixtures/ensure-package-child.ts')]
  await build({
    entryPoints,
    outfile: script(),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  })
})
afterAll(() => Promise.all([registry.close(), program.remove()]))
beforeEach(() => {
  registry.faults.clear()
  home = packageHome(`registry=${registry.url}\n`)
  return home.remove
})

/** A start in a process of its own, which leads a process group: npm dies with it, as it would in the sandbox. */
function start() {
  const args = [script(), 'server', home.store, PACKAGE_CLIENT]
  const child = spawn(process.execPath, args, { cwd: home.work, env: home.env, detached: true })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (bytes) => {
    stdout += bytes
  })
  child.stderr.on('data', (bytes) => {
    stderr += bytes
  })
  return { child, ended: once(child, 'close').then(() => ({ ...JSON.parse(stdout || '{}'), stderr })) }
}

const kill = (child: ChildProcess) => process.kill(-(child.pid ?? Number.NaN), 'SIGKILL')
const packages = (...path: string[]) => readdirSync(join(home.store, 'packages', ...path))

test('two processes, one installation', async () => {
  const before = registry.requests.length
  const [one, two] = await Promise.all([start().ended, start().ended])
  expect(one.installed).toEqual(two.installed)
  expect(registry.requests.slice(before).toSorted()).toEqual([
    'GET /-/npm/v1/keys',
    'GET /server',
    'GET /server',
    'GET /server/-/1.0.0.tgz',
  ])
  expect([one.stderr, two.stderr].filter((text) => text.includes('waiting for it'))).toHaveLength(1)
})

test('killed midway: nothing of it counts, the next start installs and clears up', async () => {
  registry.faults.set('server', 'hang')
  const reached = registry.requested('server')
  const first = start()
  await reached
  kill(first.child)
  await first.ended
  expect(packages('stage')).toHaveLength(1)
  expect(packages('lock')).toHaveLength(1)
  registry.faults.clear()
  const second = await start().ended
  expect(second.installed.version).toBe('1.0.0')
  expect(second.stderr).not.toContain('waiting')
  expect(packages('stage')).toEqual([])
  expect(packages('lock')).toEqual([])
})

test('who waits for one that is killed installs in its place', async () => {
  registry.faults.set('server', 'hang')
  const reached = registry.requested('server')
  const first = start()
  await reached
  const second = start()
  await new Promise<void>((resolve) => {
    second.child.stderr.on('data', (bytes) => {
      if (String(bytes).includes(`process ${first.child.pid}`)) resolve()
    })
  })
  registry.faults.clear()
  kill(first.child)
  expect((await second.ended).installed.version).toBe('1.0.0')
})

test('a warm start in a fresh process takes milliseconds, the look at its own files included', async () => {
  await start().ended
  const runs = [await start().ended, await start().ended, await start().ended]
  expect(Math.min(...runs.map((run) => run.milliseconds))).toBeLessThan(20)
})
