import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { InstallRun } from '../../../runtime/packages/install-run.ts'
import { removeTree } from '../../../runtime/packages/tree-files.ts'
import { tarball } from '../../fixtures/tar.ts'
import { CLI, MANIFEST } from './archives.ts'
import { gitWorld, outputOf, packagesOf, ruleOf } from './git-world.ts'

const FILES = { 'package.json': JSON.stringify(MANIFEST), 'cli.js': CLI }

const world = gitWorld()
const packages = (...path: string[]) => packagesOf(world, ...path)

/** The same with little room: 512 MiB take their time. */
const narrow: InstallRun = (request) => {
  const [program = '', script = '', second = '', ...rest] = request.argv
  if (!second.endsWith('.json')) {
    const limited = second.replace(/ulimit -f \d+/, 'ulimit -f 64')
    return world.home.install({ ...request, argv: [program, script, limited, ...rest] })
  }
  writeFileSync(second, JSON.stringify({ ...JSON.parse(readFileSync(second, 'utf8')), maxBytes: 32_768 }))
  return world.home.install(request)
}

describe('a server without an end', () => {
  it.each(['endless.tgz', 'eve/endless.git'])('fills no disk: %s', async (path) => {
    const noise = randomBytes(100_000)
    world.far.files.set('/endless.tgz', noise)
    world.far.commit('eve/endless', { ...FILES, 'noise.txt': noise.toString('base64') })
    const spec = `${path.endsWith('.git') ? 'git+' : ''}${world.far.url}${path}`
    await expect(world.home.ensure(spec, { install: narrow })).rejects.toThrow(/larger than|too large/i)
    expect(readdirSync(packages('stage'))).toEqual([])
  })
})

/** The same in a hurry: nobody waits for a minute. */
const hurried: InstallRun = (request) => {
  const [, , plan = ''] = request.argv
  const env = { ...request.env, GIT_HTTP_LOW_SPEED_TIME: '1' }
  if (!plan.endsWith('.json')) return world.home.install({ ...request, env })
  const slowest = { bytesPerSecond: 1024, seconds: 0.2 }
  writeFileSync(plan, JSON.stringify({ ...JSON.parse(readFileSync(plan, 'utf8')), slowest }))
  return world.home.install(request)
}

describe('a server that never comes to its end', () => {
  it.each([
    ['an archive', 'slow.tgz', '/slow.tgz', /comes too slowly: less than 1024 bytes a second/],
    ['a repository', 'eve/slow.git', '/eve/slow.git/info/refs', /too slow/i],
  ])('is not waited for: %s', async (_, path, answered, why) => {
    world.far.files.set(answered, { begins: Buffer.from('001e# service=git-upload-pack\n') })
    const spec = `${path.endsWith('.git') ? 'git+' : ''}${world.far.url}${path}`
    await expect(world.home.ensure(spec, { install: hurried })).rejects.toMatchObject({
      code: 'install-failed',
      message: expect.stringMatching(why),
    })
    expect(readdirSync(packages('stage'))).toEqual([])
  })

  it.each([
    ['slow.tgz', 'download it by other means, and name the file'],
    ['eve/slow.git', 'clone it by other means, and name its folder, built'],
  ])('has ten minutes in all, however it sends: %s', async (path, hint) => {
    const limits: unknown[] = []
    const install: InstallRun = async ({ limitMs }) => {
      limits.push(limitMs)
      return { exitCode: null, signal: 'SIGKILL', stderrTail: '', stdoutTail: '', denied: [], timedOut: true }
    }
    const spec = `${path.endsWith('.git') ? 'git+' : ''}${world.far.url}${path}`
    await expect(world.home.ensure(spec, { install })).rejects.toMatchObject({
      message: expect.stringContaining('it had not come after 10 minutes'),
      hint,
    })
    expect(limits).toEqual([600_000])
  })
})

describe('an archive at an address', () => {
  it('is fetched from that host alone, and then installed as one on disk is', async () => {
    world.far.files.set('/dl/thing-1.0.0.tgz', tarball(MANIFEST, { 'cli.js': CLI }))
    const url = `${world.far.url}dl/thing-1.0.0.tgz`
    const installed = await world.home.ensure(url)
    expect(installed).toMatchObject({
      name: 'archive:thing',
      pin: {
        spec: url,
        origin: { kind: 'url', address: url, commit: null },
        signature: { state: 'no-registry' },
      },
    })
    expect(outputOf(installed.bin)).toBe('hello')
    const [fetching, installing] = world.home.install.requests
    expect(fetching).toMatchObject({ egress: [ruleOf(world.far.port)], endsWhenDenied: true })
    expect(installing).toMatchObject({ egress: [ruleOf(world.registry.port)] })
    const asked = world.far.requests.length
    await world.home.ensure(url)
    await removeTree(packages(installed.pin.tree))
    expect((await world.home.ensure(url, { repair: true })).pin.tree).toBe(installed.pin.tree)
    expect(world.far.requests).toHaveLength(asked)
  })

  it('a key in its query is neither kept nor said', async () => {
    world.far.files.set('/thing.tgz', tarball(MANIFEST, { 'cli.js': CLI }))
    const key = 'sig-0123456789'
    const { pin } = await world.home.ensure(`${world.far.url}thing.tgz?key=${key}`)
    expect(JSON.stringify(pin)).not.toContain(key)
    expect(world.home.said.join('\n')).not.toContain(key)
    expect(world.far.requests.at(-1)).toContain(key)
    const failure = await world.home
      .ensure(`${world.far.url}absent.tgz?key=${key}`)
      .catch((error: Error) => error.message)
    expect(failure).toContain('404')
    expect(failure).not.toContain(key)
  })

  it.each(['key=sig%2B0123456789%3D', 'sig%2B0123456789'])(
    'nor is ?%s, however it is written',
    async (query) => {
      const failure = await world.home
        .ensure(`${world.far.url}absent.tgz?${query}`)
        .catch((error: Error) => error.message)
      expect(failure).toContain('404 Not Found')
      expect(failure).not.toContain('0123456789')
    },
  )

  it('what fails is told without the places in npm’s code', async () => {
    world.far.files.set('/round.tgz', { location: '/round.tgz' })
    const failure = await world.home
      .ensure(`${world.far.url}round.tgz`)
      .catch((error: Error) => error.message)
    expect(failure).toMatch(/maximum redirect/i)
    expect(failure).not.toContain(' at ')
  })

  it('what is no archive is refused, and nothing is left', async () => {
    world.far.files.set('/page.tgz', Buffer.from('<html>'.repeat(200)))
    await expect(world.home.ensure(`${world.far.url}page.tgz`)).rejects.toThrow('no tar archive')
    expect(existsSync(packages('index'))).toBe(false)
  })
})

describe('a repository', () => {
  it('is had at a commit, which is pinned; the branch may move on', async () => {
    const first = world.far.commit('ann/thing', FILES)
    const spec = `git+${world.far.url}ann/thing.git`
    const installed = await world.home.ensure(spec)
    expect(installed).toMatchObject({
      name: 'git:thing',
      pin: { spec, origin: { kind: 'git', address: `${world.far.url}ann/thing.git`, commit: first } },
    })
    expect(outputOf(installed.bin)).toBe('hello')
    expect(world.home.install.requests[0]).toMatchObject({ egress: [ruleOf(world.far.port)], read: [] })
    const second = world.far.commit('ann/thing', { 'cli.js': `${CLI}// later\n` })
    const asked = world.far.requests.length
    expect((await world.home.ensure(spec)).pin.origin?.commit).toBe(first)
    expect(world.far.requests).toHaveLength(asked)
    expect((await world.home.ensure(spec, { refresh: true })).pin.origin?.commit).toBe(second)
    // Though it is no branch's last any more.
    const old = await world.home.ensure(`${spec}#${first}`)
    expect(old.pin.origin?.commit).toBe(first)
    expect(readFileSync(old.bin, 'utf8')).toBe(CLI)
    expect((await world.home.ensure(`${spec}#${first.slice(0, 10)}`)).pin.integrity).toBe(old.pin.integrity)
  })

  it('whom git trusts is what the host trusts, and npm beside it', async () => {
    world.far.commit('ann/trust', FILES)
    const own = join(world.home.home, 'own.pem')
    writeFileSync(own, '-----BEGIN OWN-----\n')
    writeFileSync(join(world.home.home, '.npmrc'), `registry=${world.registry.url}\ncafile=${own}\n`)
    const trusted: string[] = []
    const install: InstallRun = (request) => {
      const { GIT_SSL_CAINFO } = request.env
      if (GIT_SSL_CAINFO !== undefined) trusted.push(readFileSync(GIT_SSL_CAINFO, 'utf8'))
      return world.home.install(request)
    }
    await world.home.ensure(`git+${world.far.url}ann/trust.git`, { install })
    const system = readFileSync('/etc/ssl/certs/ca-certificates.crt', 'utf8')
    expect(trusted).toEqual([`${system}\n-----BEGIN OWN-----\n`])
  })

  it('branches and tags are had by their names', async () => {
    world.far.commit('ann/named', FILES)
    const next = world.far.commit('ann/named', { 'cli.js': `${CLI}// next\n` }, 'feature/next')
    world.far.git('ann/named', 'tag', '-a', '-m', 'x', 'v2')
    world.far.commit('ann/named', { 'cli.js': `${CLI}// after\n` })
    for (const ref of ['feature/next', 'v2'])
      expect((await world.home.ensure(`git+${world.far.url}ann/named.git#${ref}`)).pin.origin?.commit).toBe(
        next,
      )
  })

  it.each([
    ['a branch that is not there', '#absent', 'no such branch, tag or commit'],
    ['a commit that is not there', `#${'0'.repeat(40)}`, 'no such branch, tag or commit'],
  ])('%s is refused', async (_, ref, why) => {
    world.far.commit('ann/thing', { 'x.txt': String(Math.random()) })
    await expect(world.home.ensure(`git+${world.far.url}ann/thing.git${ref}`)).rejects.toMatchObject({
      code: 'install-failed',
      message: expect.stringContaining(why),
    })
  })

  it.each([
    ['four digits', (commit: string) => commit.slice(0, 4)],
    ['six digits', (commit: string) => commit.slice(0, 6).toUpperCase()],
    ['twelve digits', (commit: string) => commit.slice(0, 12)],
    ['digits behind a tag’s name', (commit: string) => `v1-2-g${commit.slice(0, 8)}`],
  ])('a branch that is called like a commit is none: %s', async (what, called) => {
    const repository = `eve/${what.replaceAll(/[^a-z]/g, '-')}`
    const commit = world.far.commit(repository, FILES)
    const ref = called(commit)
    const spec = `git+${world.far.url}${repository}.git`
    expect((await world.home.ensure(`${spec}#${ref.replace('v1-2-g', '')}`)).pin.origin?.commit).toBe(commit)
    const other = world.far.commit(repository, { 'cli.js': 'evil()' }, ref)
    await expect(world.home.ensure(`${spec}#${ref}`, { refresh: true })).rejects.toMatchObject({
      message: expect.stringContaining(`what is there under that name is ${other}`),
      hint: expect.stringContaining(`#refs/heads/${ref}`),
    })
    expect((await world.home.ensure(`${spec}#refs/heads/${ref}`)).pin.origin?.commit).toBe(other)
  })

  it('its attributes leave no file out, and change none', async () => {
    const text = 'a $Id$ $Format:%B$\n'
    world.far.commit('eve/attributes', {
      ...FILES,
      '.gitattributes': 'cli.txt export-ignore\nsaid.txt export-subst ident eol=crlf\n',
      'cli.txt': 'it is there\n',
      'said.txt': text,
    })
    const { directory } = await world.home.ensure(`git+${world.far.url}eve/attributes.git`)
    const had = (name: string) => readFileSync(join(directory, 'node_modules/thing', name), 'utf8')
    expect(had('cli.txt')).toBe('it is there\n')
    expect(had('said.txt')).toBe(text)
  })

  it('no link, hook, filter or configuration of it takes effect, and submodules are refused', async () => {
    world.far.commit('eve/links', {
      ...FILES,
      '.gitattributes': '*.js filter=evil\n*.txt export-subst\n',
      '.npmrc': 'registry=http://127.0.0.1:1/\nscript-shell=./evil\n',
      '.gitconfig': '[core]\n\tfsmonitor = ./evil\n',
    })
    world.far.git(
      'eve/links',
      'update-index',
      '--add',
      '--cacheinfo',
      `120000,${world.far.git('eve/links', 'hash-object', '-w', 'cli.js')},passwd`,
    )
    const installed = await world.home.ensure(`git+${world.far.url}eve/links.git`)
    expect(outputOf(installed.bin)).toBe('hello')
    world.far.commit('eve/modules', {
      ...FILES,
      '.gitmodules': '[submodule "x"]\n\tpath = x\n\turl = http://evil.test/\n',
    })
    await expect(world.home.ensure(`git+${world.far.url}eve/modules.git`)).rejects.toThrow(
      'it has submodules',
    )
  })

  it('a repository that is not there is told with what the server said', async () => {
    await expect(world.home.ensure(`git+${world.far.url}ann/absent.git`)).rejects.toMatchObject({
      code: 'install-failed',
      message: expect.stringMatching(/was not fetched: 127\.0\.0\.1:\d+: .*not found/i),
    })
  })

  it('without git there is an error that says so', async () => {
    world.far.commit('ann/thing', { 'x.txt': String(Math.random()) })
    const install: typeof world.home.install = Object.assign(
      (request: Parameters<typeof world.home.install>[0]) =>
        world.home.install({ ...request, env: { ...request.env, PATH: '/nowhere' } }),
      { requests: [] },
    )
    await expect(world.home.ensure(`git+${world.far.url}ann/thing.git`, { install })).rejects.toThrow(
      'there is no git',
    )
  })
})
