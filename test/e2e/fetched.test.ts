import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { gitImage } from '../fixtures/engine/git-image.ts'
import { type GitServer, startGitServer } from '../fixtures/git-server.ts'
import type { Internet, RunResult } from '../fixtures/internet/model.ts'
import { a } from '../fixtures/internet/records.ts'
import { expectSilence } from '../fixtures/internet/silence.ts'
import { history } from '../fixtures/product/history.ts'
import { patchedBuild } from '../fixtures/product/patched-build.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { registryAt } from '../fixtures/product/registry-places.ts'
import { runOpen } from '../fixtures/product/run-open.ts'
import { said } from '../fixtures/product/said.ts'
import { engineOf, startInternet } from '../fixtures/product/sandbox.ts'
import { type FixtureRegistry, startRegistry } from '../fixtures/registry.ts'
import { tarball } from '../fixtures/tar.ts'

const REGISTRY = 'packages.test'
const GIT = 'git.packages.test'
const INNER = 'inner.packages.test'
const TOKEN = 'npm_0123456789abcdef'
const CLI = `#!/usr/bin/env node
process.stdout.write(JSON.stringify([require('helper'), ...process.argv.slice(2)]))
`
const MANIFEST = { name: 'says', version: '1.0.0', bin: 'cli.js', dependencies: { helper: '1' } }
const FILES = { 'package.json': JSON.stringify(MANIFEST), 'cli.js': CLI }

let internet: Internet
let registry: FixtureRegistry
let far: GitServer
let env: Readonly<Record<string, string>> = {}
const places: (() => unknown)[] = []
beforeAll(async () => {
  const zones = { [REGISTRY]: [a('203.0.113.96')], [GIT]: [a('203.0.113.97')], [INNER]: [a('10.9.8.78')] }
  internet = await startInternet({ zones })
  const engine = engineOf(internet)
  if (engine !== null) env = { MCP_RUN_BASE_IMAGE: await gitImage(engine, 'adds-git') }
  registry = await startRegistry([
    { manifest: { name: 'helper', version: '1.0.0' }, files: { 'index.js': 'module.exports = "helper"' } },
  ])
  far = await startGitServer()
  far.files.set('/dl/says-1.0.0.tgz', tarball(MANIFEST, { 'cli.js': CLI }))
  far.files.set('/moved.tgz', { location: 'http://elsewhere.evil.test/says.tgz' })
  places.push(await registryAt(internet, registry, { address: '203.0.113.96', port: 80 }))
  places.push(await registryAt(internet, far, { address: '203.0.113.97', port: 443, tls: true }))
  for (const address of ['203.0.113.97', '10.9.8.78'])
    places.push(await registryAt(internet, far, { address, port: 80 }))
})
afterAll(async () => {
  for (const end of places) await end()
  await registry.close()
  await far.close()
  await internet.close()
})

describe.each(USERS)('as %s', (user) => {
  let mcp: Product
  beforeEach(async () => {
    mcp = product(internet, { user, env })
    const npmrc = `registry=http://${REGISTRY}/\ncafile=${internet.caFile}\n`
    writeFileSync(join(mcp.home, '.npmrc'), npmrc, { mode: 0o644 })
    await internet.resetCounts()
  })
  const run = (...args: string[]): Promise<RunResult> => runOpen(mcp, args, 55_000).ended
  /** Where each installation went, by the recorder. */
  const reached = (server: string) => {
    const { flows } = history(mcp.store, server)
    expect(flows.every(({ phase, action }) => phase === 'install' && action === 'allowed')).toBe(true)
    return [...new Set(flows.map(({ name, port }) => `${name}:${port}`))].sort()
  }

  it('an archive at an address is fetched from there, recorded, and pinned by its content', async () => {
    const url = `https://${GIT}/dl/says-1.0.0.tgz`
    const first = await expectSilence(internet, () => run('-y', url, 'x'))
    expect(said(first)).toEqual(['helper', 'x'])
    const server = `archive-${GIT}-dl-says`
    expect(first.stderr.toString()).toContain(`no profile for archive:says@1.0.0`)
    expect(reached(server)).toEqual([`${GIT}:443`, `${REGISTRY}:80`])
    expect(history(mcp.store, server).sessions.map(({ phase }) => phase)).toEqual([
      'install',
      'install',
      'run',
    ])
    const asked = far.requests.length
    expect(said(await run('npx', '-y', url, 'y'))).toEqual(['helper', 'y'])
    expect(far.requests).toHaveLength(asked)
    const pinned = await mcp.run(['pin', url])
    expect(pinned.stdout.toString()).toContain(`from         ${url}`)
  })

  it('one that leads to another host is refused, with nothing installed, and an alert', async () => {
    const result = await run('-y', `http://${GIT}/moved.tgz`)
    expect(result.code).toBe(2)
    expect(result.stderr.toString()).toMatch(
      /elsewhere\.evil\.test.* was asked for, and only git\.packages\.test/,
    )
    expect(readdirSync(join(mcp.store, 'packages')).toSorted()).toEqual(['lock', 'stage'])
    const { alerts } = history(mcp.store, `archive-${GIT}-moved`)
    expect(alerts.length).toBeGreaterThan(0)
  })

  it('a key in its query is neither kept, also not in the name of a file, nor said', async () => {
    const key = 'sig0123456789'
    const result = await run('-y', `https://${GIT}/dl/says-1.0.0.tgz?${key}`)
    expect(said(result)).toEqual(['helper'])
    expect(result.stderr.toString()).not.toContain(key)
    const names = readdirSync(mcp.store, { recursive: true }).map(String)
    expect(names.some((name) => name.startsWith('choices/'))).toBe(true)
    expect(names.filter((name) => name.includes(key))).toEqual([])
    expect((await internet.run(['grep', '-rlaF', key, mcp.store])).stdout.toString()).toBe('')
    const [other, refused] = [`https://${GIT}/other.tgz?${key}`, `git+https://${GIT}/ann/says.git?${key}`]
    for (const words of [
      ['upgrade', other],
      ['unpin', other],
      ['-y', refused],
    ]) {
      const { stdout, stderr } = await mcp.run(words)
      expect(`${stdout}${stderr}`).not.toContain(key)
    }
  })

  it('one that leads to another port of its host is refused, and the port is named', async () => {
    far.files.set('/secure.tgz', { location: `https://${GIT}/dl/says-1.0.0.tgz` })
    const result = await run('-y', `http://${GIT}/secure.tgz`)
    expect(result.code).toBe(2)
    expect(result.stderr.toString()).toContain(`and only ${GIT}:80, which you named`)
  })

  it('a name that leads into a private network is not followed there, unless its place is declared', async () => {
    far.commit(`${user}/inner`, FILES)
    const url = `http://${INNER}/dl/says-1.0.0.tgz`
    const refused = await run('-y', url)
    expect(refused.code).toBe(2)
    expect(refused.stderr.toString()).toMatch(
      /inner\.packages\.test:80 .*may not be reached, though you named it/,
    )
    expect(internet.countsAt('10.9.8.78').connections).toBe(0)
    const egress = `egress:\n  - { host: ${INNER}, port: 80, resolves: [10.9.8.0/24] }\n`
    const declared = mcp.profile('inner', `name: inner\n${egress}`)
    expect(said(await run('--profile', declared, '--', 'npx', '-y', url, 'x'))).toEqual(['helper', 'x'])
    writeFileSync(join(mcp.home, '.npmrc'), `registry=http://${REGISTRY}/\n//${INNER}/:_authToken=${TOKEN}\n`)
    expect(said(await run('-y', `git+http://${INNER}/${user}/inner.git`, 'y'))).toEqual(['helper', 'y'])
  })

  it('one that comes without an end is ended, with the time that it had', async () => {
    const shorter = { file: 'mcp-run.cjs', find: /limitMs:LIMIT_MS(?=\}\})/, replace: 'limitMs:2e3' }
    const hurried = product(internet, { user, env, dist: patchedBuild(internet.folder(0), [shorter]) })
    far.files.set('/slow.tgz', { begins: Buffer.from('x') })
    const result = await runOpen(hurried, ['-y', `http://${GIT}/slow.tgz`], 55_000).ended
    expect(result.code).toBe(2)
    expect(result.stderr.toString()).toContain(`${GIT}: it had not come after`)
    expect(readdirSync(join(hurried.store, 'packages', 'stage'))).toEqual([])
  })

  it('a repository is had at a commit, over TLS, with no credential and no configuration', async () => {
    const commit = far.commit(`${user}/says`, FILES)
    const spec = `git+https://${GIT}/${user}/says.git`
    const first = await expectSilence(internet, () => run('-y', spec, 'x'))
    expect(said(first)).toEqual(['helper', 'x'])
    expect(reached(`git-${GIT}-${user}-says`)).toEqual([`${GIT}:443`, `${REGISTRY}:80`])
    far.commit(`${user}/says`, { 'cli.js': 'process.exit(9)' })
    const asked = far.requests.length
    expect(said(await run('-y', spec, 'y'))).toEqual(['helper', 'y'])
    expect(far.requests).toHaveLength(asked)
    const pinned = await mcp.run(['pin', spec])
    expect(pinned.stdout.toString()).toContain(`commit ${commit}`)
    expect((await run('-y', `${spec}#main`)).code).toBe(9)
    expect(said(await run('-y', `${spec}#${commit}`, 'z'))).toEqual(['helper', 'z'])
  })

  it('a prepare script runs where it is allowed, with neither a credential nor another host in reach', async () => {
    const manifest = { ...MANIFEST, bin: 'made.js', scripts: { prepare: 'node build.js' } }
    const build = `
      const fs = require('node:fs')
      fs.copyFileSync('cli.js', 'made.js')
      fs.writeFileSync('seen.txt', JSON.stringify([process.env, fs.readdirSync('..'), fs.readdirSync(process.env.HOME)]))`
    const npmrc = `registry=http://${REGISTRY}/\ncafile=${internet.caFile}\n//${REGISTRY}/:_authToken=${TOKEN}\n`
    writeFileSync(join(mcp.home, '.npmrc'), npmrc, { mode: 0o644 })
    far.commit(`${user}/built`, { ...FILES, 'package.json': JSON.stringify(manifest), 'build.js': build })
    const spec = `git+https://${GIT}/${user}/built.git`
    const refused = await run('-y', spec)
    expect(refused.code).toBe(2)
    expect(refused.stderr.toString()).toContain('--allow-scripts says runs it')
    const built = await expectSilence(internet, () => run('--allow-scripts', 'says', '-y', spec, 'x'))
    expect(said(built)).toEqual(['helper', 'x'])
    expect(built.stderr.toString()).toContain('run in the sandbox: the install scripts of says@1.0.0')
    expect((await internet.run(['grep', '-rlF', TOKEN, mcp.store])).stdout.toString()).toBe('')

    const evil = 'require("node:http").get("http://evil.test/").on("error", () => {})'
    far.commit(`${user}/evil`, { ...FILES, 'package.json': JSON.stringify(manifest), 'build.js': evil })
    const other = await run('--allow-scripts', 'says', '-y', `git+https://${GIT}/${user}/evil.git`)
    expect(other.code).toBe(2)
    expect(other.stderr.toString()).toMatch(/the prepare script of says@1\.0\.0 asked for .*evil\.test/)
  })

  it('a repository that is not there leaves nothing', async () => {
    const result = await run('-y', `git+https://${GIT}/ann/absent.git`)
    expect(result.code).toBe(2)
    expect(result.stderr.toString()).toMatch(/was not fetched: .*not found/i)
    expect(existsSync(join(mcp.store, 'packages/index'))).toBe(false)
  })
})
