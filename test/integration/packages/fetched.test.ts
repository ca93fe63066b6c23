import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { InstallRun } from '../../../runtime/packages/install-run.ts'
import { removeTree } from '../../../runtime/packages/tree-files.ts'
import { type GitServer, startGitServer } from '../../fixtures/git-server.ts'
import { packageHome } from '../../fixtures/package-home.ts'
import { type FixtureRegistry, startRegistry } from '../../fixtures/registry.ts'
import { tarball } from '../../fixtures/tar.ts'
import { CLI, MANIFEST } from './archives.ts'

const FILES = { 'package.json': JSON.stringify(MANIFEST), 'cli.js': CLI }

let registry: FixtureRegistry
let far: GitServer
let home: ReturnType<typeof packageHome>
beforeAll(async () => {
  registry = await startRegistry([
    { manifest: { name: 'left', version: '1.2.0' }, files: { 'index.js': 'exports.said = "hello"\n' } },
  ])
  far = await startGitServer()
})
afterAll(async () => {
  await registry.close()
  await far.close()
})
beforeEach(() => {
  home = packageHome(`registry=${registry.url}\n`)
  return home.remove
})
const ruleOf = (port: number) => ({ kind: 'host-loopback', ports: [port], protocol: 'http' })
const packages = (...path: string[]) => join(home.store, 'packages', ...path)
const outputOf = (bin: string) => execFileSync(process.execPath, [bin]).toString()

/** The same with little room: 512 MiB take their time. */
const narrow: InstallRun = (request) => {
  const [program = '', script = '', second = '', ...rest] = request.argv
  if (!second.endsWith('.json')) {
    const limited = second.replace(/ulimit -f \d+/, 'ulimit -f 64')
    return home.install({ ...request, argv: [program, script, limited, ...rest] })
  }
  writeFileSync(second, JSON.stringify({ ...JSON.parse(readFileSync(second, 'utf8')), maxBytes: 32_768 }))
  return home.install(request)
}

describe('a server without an end', () => {
  it.each(['endless.tgz', 'eve/endless.git'])('fills no disk: %s', async (path) => {
    const noise = randomBytes(100_000)
    far.files.set('/endless.tgz', noise)
    far.commit('eve/endless', { ...FILES, 'noise.txt': noise.toString('base64') })
    const spec = `${path.endsWith('.git') ? 'git+' : ''}${far.url}${path}`
    await expect(home.ensure(spec, { install: narrow })).rejects.toThrow(/larger than|too large/i)
    expect(readdirSync(packages('stage'))).toEqual([])
  })
})

describe('an archive at an address', () => {
  it('is fetched from that host alone, and then installed as one on disk is', async () => {
    far.files.set('/dl/thing-1.0.0.tgz', tarball(MANIFEST, { 'cli.js': CLI }))
    const url = `${far.url}dl/thing-1.0.0.tgz`
    const installed = await home.ensure(url)
    expect(installed).toMatchObject({
      name: 'archive:thing',
      pin: {
        spec: url,
        origin: { kind: 'url', address: url, commit: null },
        signature: { state: 'no-registry' },
      },
    })
    expect(outputOf(installed.bin)).toBe('hello')
    const [fetching, installing] = home.install.requests
    expect(fetching).toMatchObject({ egress: [ruleOf(far.port)], endsWhenDenied: true })
    expect(installing).toMatchObject({ egress: [ruleOf(registry.port)] })
    const asked = far.requests.length
    await home.ensure(url)
    await removeTree(packages(installed.pin.tree))
    expect((await home.ensure(url, { repair: true })).pin.tree).toBe(installed.pin.tree)
    expect(far.requests).toHaveLength(asked)
  })

  it('a key in its query is neither kept nor said', async () => {
    far.files.set('/thing.tgz', tarball(MANIFEST, { 'cli.js': CLI }))
    const key = 'sig-0123456789'
    const { pin } = await home.ensure(`${far.url}thing.tgz?key=${key}`)
    expect(JSON.stringify(pin)).not.toContain(key)
    expect(home.said.join('\n')).not.toContain(key)
    expect(far.requests.at(-1)).toContain(key)
    const failure = await home
      .ensure(`${far.url}absent.tgz?key=${key}`)
      .catch((error: Error) => error.message)
    expect(failure).toContain('404')
    expect(failure).not.toContain(key)
  })

  it.each(['key=sig%2B0123456789%3D', 'sig%2B0123456789'])(
    'nor is ?%s, however it is written',
    async (query) => {
      const failure = await home
        .ensure(`${far.url}absent.tgz?${query}`)
        .catch((error: Error) => error.message)
      expect(failure).toContain('404 Not Found')
      expect(failure).not.toContain('0123456789')
    },
  )

  it('what fails is told without the places in npm’s code', async () => {
    far.files.set('/round.tgz', { location: '/round.tgz' })
    const failure = await home.ensure(`${far.url}round.tgz`).catch((error: Error) => error.message)
    expect(failure).toMatch(/maximum redirect/i)
    expect(failure).not.toContain(' at ')
  })

  it('what is no archive is refused, and nothing is left', async () => {
    far.files.set('/page.tgz', Buffer.from('<html>'.repeat(200)))
    await expect(home.ensure(`${far.url}page.tgz`)).rejects.toThrow('no tar archive')
    expect(existsSync(packages('index'))).toBe(false)
  })
})

describe('a repository', () => {
  it('is had at a commit, which is pinned; the branch may move on', async () => {
    const first = far.commit('ann/thing', FILES)
    const spec = `git+${far.url}ann/thing.git`
    const installed = await home.ensure(spec)
    expect(installed).toMatchObject({
      name: 'git:thing',
      pin: { spec, origin: { kind: 'git', address: `${far.url}ann/thing.git`, commit: first } },
    })
    expect(outputOf(installed.bin)).toBe('hello')
    expect(home.install.requests[0]).toMatchObject({ egress: [ruleOf(far.port)], read: [] })
    const second = far.commit('ann/thing', { 'cli.js': `${CLI}// later\n` })
    const asked = far.requests.length
    expect((await home.ensure(spec)).pin.origin?.commit).toBe(first)
    expect(far.requests).toHaveLength(asked)
    expect((await home.ensure(spec, { refresh: true })).pin.origin?.commit).toBe(second)
    // Though it is no branch's last any more.
    const old = await home.ensure(`${spec}#${first}`)
    expect(old.pin.origin?.commit).toBe(first)
    expect(readFileSync(old.bin, 'utf8')).toBe(CLI)
    expect((await home.ensure(`${spec}#${first.slice(0, 10)}`)).pin.integrity).toBe(old.pin.integrity)
  })

  it('branches and tags are had by their names', async () => {
    far.commit('ann/named', FILES)
    const next = far.commit('ann/named', { 'cli.js': `${CLI}// next\n` }, 'feature/next')
    far.git('ann/named', 'tag', '-a', '-m', 'x', 'v2')
    far.commit('ann/named', { 'cli.js': `${CLI}// after\n` })
    for (const ref of ['feature/next', 'v2'])
      expect((await home.ensure(`git+${far.url}ann/named.git#${ref}`)).pin.origin?.commit).toBe(next)
  })

  it.each([
    ['a branch that is not there', '#absent', 'no such branch, tag or commit'],
    ['a commit that is not there', `#${'0'.repeat(40)}`, 'no such branch, tag or commit'],
  ])('%s is refused', async (_, ref, why) => {
    far.commit('ann/thing', { 'x.txt': String(Math.random()) })
    await expect(home.ensure(`git+${far.url}ann/thing.git${ref}`)).rejects.toMatchObject({
      code: 'install-failed',
      message: expect.stringContaining(why),
    })
  })

  it('a branch that is called like a commit is none', async () => {
    const commit = far.commit('eve/thing', FILES)
    const other = far.commit('eve/thing', { 'cli.js': 'evil()' }, commit.slice(0, 12))
    await expect(home.ensure(`git+${far.url}eve/thing.git#${commit.slice(0, 12)}`)).rejects.toThrow(
      `what is there under that name is ${other}`,
    )
  })

  it('its attributes leave no file out, and change none', async () => {
    const text = 'a $Id$ $Format:%B$\n'
    far.commit('eve/attributes', {
      ...FILES,
      '.gitattributes': 'cli.txt export-ignore\nsaid.txt export-subst ident eol=crlf\n',
      'cli.txt': 'it is there\n',
      'said.txt': text,
    })
    const { directory } = await home.ensure(`git+${far.url}eve/attributes.git`)
    const had = (name: string) => readFileSync(join(directory, 'node_modules/thing', name), 'utf8')
    expect(had('cli.txt')).toBe('it is there\n')
    expect(had('said.txt')).toBe(text)
  })

  it('no link, hook, filter or configuration of it takes effect, and submodules are refused', async () => {
    far.commit('eve/links', {
      ...FILES,
      '.gitattributes': '*.js filter=evil\n*.txt export-subst\n',
      '.npmrc': 'registry=http://127.0.0.1:1/\nscript-shell=./evil\n',
      '.gitconfig': '[core]\n\tfsmonitor = ./evil\n',
    })
    far.git(
      'eve/links',
      'update-index',
      '--add',
      '--cacheinfo',
      `120000,${far.git('eve/links', 'hash-object', '-w', 'cli.js')},passwd`,
    )
    const installed = await home.ensure(`git+${far.url}eve/links.git`)
    expect(outputOf(installed.bin)).toBe('hello')
    far.commit('eve/modules', {
      ...FILES,
      '.gitmodules': '[submodule "x"]\n\tpath = x\n\turl = http://evil.test/\n',
    })
    await expect(home.ensure(`git+${far.url}eve/modules.git`)).rejects.toThrow('it has submodules')
  })

  it('a repository that is not there is told with what the server said', async () => {
    await expect(home.ensure(`git+${far.url}ann/absent.git`)).rejects.toMatchObject({
      code: 'install-failed',
      message: expect.stringMatching(/was not fetched: 127\.0\.0\.1:\d+: .*not found/i),
    })
  })

  it('without git there is an error that says so', async () => {
    far.commit('ann/thing', { 'x.txt': String(Math.random()) })
    const install: typeof home.install = Object.assign(
      (request: Parameters<typeof home.install>[0]) =>
        home.install({ ...request, env: { ...request.env, PATH: '/nowhere' } }),
      { requests: [] },
    )
    await expect(home.ensure(`git+${far.url}ann/thing.git`, { install })).rejects.toThrow('there is no git')
  })
})
