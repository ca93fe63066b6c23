import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { McpRunError } from '../../../runtime/model/errors.ts'
import type { InstallRun } from '../../../runtime/packages/install-run.ts'
import { packageHome } from '../../fixtures/package-home.ts'
import { type FixtureRegistry, startRegistry } from '../../fixtures/registry.ts'

const QUICK = 'fetch-retries=0\n'
let registry: FixtureRegistry
let home: ReturnType<typeof packageHome>
beforeAll(async () => {
  registry = await startRegistry([
    { manifest: { name: 'server', version: '1.0.0', bin: 'cli.js' }, files: { 'cli.js': '' } },
    {
      manifest: {
        name: 'outside',
        version: '1.0.0',
        bin: 'x.js',
        dependencies: { x: 'git+ssh://git@h.test/x.git' },
      },
    },
    { manifest: { name: 'library', version: '1.0.0' }, files: { 'index.js': '' } },
  ])
})
afterAll(() => registry.close())
beforeEach(() => {
  home = packageHome(`registry=${registry.url}\n${QUICK}`)
  return home.remove
})
afterEach(() => registry.faults.clear())

async function failure(spec: string, options = {}): Promise<McpRunError> {
  const error = await home.ensure(spec, options).then(
    () => new Error('it was installed'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof McpRunError)) throw error
  return error
}

/** Nothing half: no tree, no index entry, no stage, no lock. */
function expectNothingLeft(): void {
  const packages = join(home.store, 'packages')
  const names = existsSync(packages) ? readdirSync(packages) : []
  expect(names.filter((name) => !['stage', 'lock'].includes(name))).toEqual([])
  for (const name of names) expect(readdirSync(join(packages, name)), name).toEqual([])
}

test.each([
  ['a name that is not there', 'missing', null, 'the registry does not have it'],
  ['a version that is not there', 'server@9', null, 'no such version'],
  ['a tarball that is not what was promised', 'server', 'tampered', 'not what the registry itself says'],
  ['a page in the place of a registry', 'server', 'rubbish', 'what the registry answered cannot be used'],
  ['a registry that vouches for nothing', 'server', 'no-integrity', 'no integrity'],
  ['a registry that is out of order', 'server', 'unavailable', 'could not be reached'],
  ['a dependency from elsewhere', 'outside', null, 'outside the registry'],
] as const)('%s', async (_, spec, fault, message) => {
  if (fault !== null) registry.faults.set(spec, fault)
  const error = await failure(spec)
  expect(error.code).toBe('install-failed')
  expect(error.message).toContain(message)
  expectNothingLeft()
})

test('a registry that is down: said within seconds, with npm’s own retries', async () => {
  const down = await startRegistry([])
  await down.close()
  writeFileSync(join(home.home, '.npmrc'), `registry=${down.url}\n`)
  const begun = performance.now()
  const error = await failure('server')
  expect(error.message).toContain('could not be reached')
  expect(error.message).toContain('ECONNREFUSED')
  expect(performance.now() - begun).toBeLessThan(15_000)
  expectNothingLeft()
})

test('a package without a command is kept, and cannot be run', async () => {
  expect(await failure('library')).toMatchObject({
    code: 'usage',
    message: expect.stringContaining('no command'),
  })
})

test('npm that is killed', async () => {
  const install: InstallRun = async () => ({
    exitCode: null,
    signal: 'SIGKILL',
    stderrTail: '',
    stdoutTail: '',
    denied: [],
    timedOut: false,
  })
  expect((await failure('server', { install })).message).toContain('ended by SIGKILL')
  expectNothingLeft()
})

test('a sandbox that cannot be had is said as such', async () => {
  const refusal = new McpRunError('sandbox-unavailable', 'no user namespaces')
  expect(await failure('server', { install: () => Promise.reject(refusal) })).toBe(refusal)
  expectNothingLeft()
})

test.each([
  ['says that it worked and did nothing', (_: string) => {}, 'left no list'],
  ['leaves a list that is a link', async (tree: string) => link('/etc/hostname', tree), 'left no list'],
  ['leaves a list that is none', (tree: string) => lock(tree, '{}'), 'not a lock file'],
  [
    'leaves the package out',
    (tree: string) => lock(tree, '{"lockfileVersion":3,"packages":{}}'),
    'left it out',
  ],
])('a package client that %s', async (_, act, message) => {
  const install: InstallRun = async ({ cwd }) => {
    await act(cwd)
    return { exitCode: 0, signal: null, stderrTail: '', stdoutTail: '', denied: [], timedOut: false }
  }
  expect((await failure('server', { install })).message).toContain(message)
  expectNothingLeft()
})

test('a store that cannot be written', async () => {
  writeFileSync(join(home.root, 'file'), '')
  const error = await failure('server', { store: join(home.root, 'file') })
  expect(error).toMatchObject({
    code: 'install-failed',
    message: expect.stringContaining('could not be kept'),
  })
})

async function lock(tree: string, text: string): Promise<void> {
  const { mkdir, writeFile } = await import('node:fs/promises')
  await mkdir(join(tree, 'node_modules'))
  await writeFile(join(tree, 'node_modules/.package-lock.json'), text)
}

async function link(target: string, tree: string): Promise<void> {
  const { mkdir, symlink } = await import('node:fs/promises')
  await mkdir(join(tree, 'node_modules'))
  await symlink(target, join(tree, 'node_modules/.package-lock.json'))
}
