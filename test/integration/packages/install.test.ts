import { execFile, execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { directInstall } from '../../fixtures/direct-install.ts'
import { packageHome } from '../../fixtures/package-home.ts'
import { type FixtureRegistry, startRegistry } from '../../fixtures/registry.ts'

const CLI = '#!/usr/bin/env node\nprocess.stdout.write(require("left").said)\n'
const PACKAGES = [
  {
    manifest: { name: 'server', version: '1.0.0', bin: 'cli.js', dependencies: { left: '^1.0.0' } },
    files: { 'cli.js': CLI },
  },
  {
    manifest: {
      name: 'left',
      version: '1.2.0',
      scripts: { postinstall: 'node -e "fs.writeFileSync(`ran`, ``)"' },
    },
    files: { 'index.js': 'exports.said = "hello"\n' },
  },
  {
    manifest: { name: 'many', version: '1.0.0', bin: { a: 'a.js', b: 'b.js' } },
    files: { 'a.js': '', 'b.js': '' },
  },
  {
    manifest: { name: 'engine', version: '1.0.0', bin: 'x.js', engines: { node: '>=4' } },
    files: { 'x.js': '' },
  },
  {
    manifest: { name: 'engine', version: '2.0.0', bin: 'x.js', engines: { node: '>=900' } },
    files: { 'x.js': '' },
  },
]

let registry: FixtureRegistry
let home: ReturnType<typeof packageHome>
beforeAll(async () => {
  registry = await startRegistry(PACKAGES)
})
afterAll(() => registry.close())
beforeEach(() => {
  home = packageHome(`registry=${registry.url}\n`)
  return home.remove
})
afterEach(() => registry.faults.clear())

/** What the store holds besides its folders of bookkeeping. */
const trees = () => readdirSync(join(home.store, 'packages')).filter((name) => /^[0-9a-f]{64}$/.test(name))
const leftovers = () => readdirSync(join(home.store, 'packages/stage'))

test('the first start installs, the command runs, nothing else is left', async () => {
  const installed = await home.ensure('server')
  expect(installed).toMatchObject({ name: 'server', version: '1.0.0', pin: { scripts: ['left@1.2.0'] } })
  expect(installed.integrity).toMatch(/^sha512-/)
  expect(installed.command).toEqual([process.execPath, installed.bin])
  expect(execFileSync(process.execPath, installed.command.slice(1)).toString()).toBe('hello')
  expect(existsSync(join(installed.directory, 'node_modules/left/ran'))).toBe(false)
  expect(trees()).toEqual([installed.pin.tree])
  expect(leftovers()).toEqual([])
  expect(home.said).toEqual([
    expect.stringContaining('installing server'),
    'server@1.0.0: the registry does not say when nor by whom it was published; unsigned registry; no provenance',
    expect.stringContaining('install scripts of left@1.2.0'),
  ])
})

test('the sandbox is told what it needs: the registry alone, its own folders, no variable of ours', async () => {
  await home.ensure('server@1.0.0', {
    env: { ...home.env, AWS_SECRET_ACCESS_KEY: 'x', HTTPS_PROXY: 'http://p:1' },
  })
  const [request] = home.install.requests
  const stage = join(home.store, 'packages/stage/')
  expect(request?.egress).toEqual([
    {
      kind: 'host-loopback',
      ports: [registry.port],
      transport: 'tcp',
      protocol: 'http',
      purpose: 'package registry',
    },
  ])
  expect(Object.keys(request?.env ?? {}).sort()).toEqual(['HOME', 'LANG', 'NO_COLOR', 'PATH'])
  expect(request?.label).toBe('server@1.0.0')
  expect(request?.write.every((path) => path.startsWith(stage))).toBe(true)
  expect(request?.read).toHaveLength(3)
})

test('the second start asks nobody: no package client, no registry, which may be down', async () => {
  const { check: _, ...first } = await home.ensure('server')
  const asked = registry.requests.length
  rmSync(join(home.home, '.npmrc'))
  expect(await home.ensure('server')).toMatchObject(first)
  expect(home.install.requests).toHaveLength(1)
  expect(registry.requests).toHaveLength(asked)
})

test('what is installed cannot be written by anyone but root, and belongs to us', async () => {
  const { directory } = await home.ensure('server')
  for (const path of ['', 'tree.txt', 'node_modules', 'node_modules/server', 'node_modules/server/cli.js']) {
    const stat = lstatSync(join(directory, path))
    expect(stat.mode & 0o222, path).toBe(0)
    expect(stat.uid).toBe(process.getuid?.())
  }
  const other = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  const write = `require('fs').appendFileSync(${JSON.stringify(join(directory, 'node_modules/server/cli.js'))}, 'x')`
  await expect(promisify(execFile)(process.execPath, ['-e', write], { cwd: '/', ...other })).rejects.toThrow(
    'EACCES',
  )
})

test('where the sandbox has a user of its own, npm works as them and the result is still ours', async () => {
  const id = process.getuid?.() === 0 ? 65534 : (process.getuid?.() ?? 0)
  const owner = { uid: id, gid: process.getuid?.() === 0 ? 65534 : (process.getgid?.() ?? 0) }
  const { bin } = await home.ensure('server', { owner, install: directInstall(owner) })
  expect(lstatSync(bin).uid).toBe(process.getuid?.())
})

test('two specs that come to the same packages share them', async () => {
  const [one, two] = await Promise.all([home.ensure('server'), home.ensure('server@1.0.0')])
  expect(one.directory).toBe(two.directory)
  expect(trees()).toEqual([one.pin.tree])
  expect(leftovers()).toEqual([])
  expect(execFileSync(process.execPath, [one.bin]).toString()).toBe('hello')
})

test('two first starts at once install once; the second says that it waits', async () => {
  const [one, two] = await Promise.all([home.ensure('server'), home.ensure('server')])
  expect(one).toEqual(two)
  expect(home.install.requests).toHaveLength(1)
  expect(home.said.filter((text) => text.includes('waiting'))).toEqual([
    `another mcp-run (process ${process.pid}) is installing server: waiting for it`,
  ])
})

test('a package that was damaged is installed again in its place', async () => {
  const { bin, directory } = await home.ensure('server')
  rmSync(bin)
  const again = await home.ensure('server')
  expect(again.directory).toBe(directory)
  expect(readFileSync(bin, 'utf8')).toBe(CLI)
  expect(leftovers()).toEqual([])
})

test('a command is chosen at each start, without another installation', async () => {
  await expect(home.ensure('many')).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('a, b'),
  })
  expect((await home.ensure('many', { bin: 'b' })).bin).toMatch(/node_modules\/many\/b\.js$/)
  await expect(home.ensure('many', { bin: 'z' })).rejects.toMatchObject({ code: 'usage' })
  expect(home.install.requests).toHaveLength(1)
})

test('a bare name takes the newest version for this node; @latest takes the latest, and says what it needs', async () => {
  expect((await home.ensure('engine')).version).toBe('1.0.0')
  await expect(home.ensure('engine@latest')).rejects.toMatchObject({
    code: 'install-failed',
    message: expect.stringContaining('engine@2.0.0 needs node >=900'),
  })
})

test('refresh resolves again and pins anew; without it, the pin holds', async () => {
  const pin = (version: string) => ({
    manifest: { name: 'pin', version, bin: 'a.js' },
    files: { 'a.js': '' },
  })
  const own = await startRegistry([pin('1.0.0')])
  try {
    writeFileSync(join(home.home, '.npmrc'), `registry=${own.url}\n`)
    const { check: _, ...first } = await home.ensure('pin')
    await own.publish(pin('1.1.0'))
    expect(await home.ensure('pin')).toMatchObject(first)
    expect((await home.ensure('pin', { refresh: true })).version).toBe('1.1.0')
    expect((await home.ensure('pin')).version).toBe('1.1.0')
    // The old version under a new spec: known from the tree that is still there.
    await own.publish({ ...pin('1.0.0'), files: { 'a.js': 'evil()' } })
    await expect(home.ensure('pin@1.0.0')).rejects.toThrow('now serves another pin@1.0.0')
  } finally {
    await own.close()
  }
})
