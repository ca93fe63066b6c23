import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { McpRunError } from '../../../../runtime/model/errors.ts'
import { type EnsurePythonOptions, ensurePython } from '../../../../runtime/packages/python/ensure-python.ts'
import { hostPython } from '../../../../runtime/packages/python/python-runtime.ts'
import { parseRequirement } from '../../../../runtime/packages/python/requirement.ts'
import { STRICT } from '../../../../runtime/packages/trust.ts'
import { directInstall } from '../../../fixtures/direct-install.ts'
import { packageHome } from '../../../fixtures/package-home.ts'
import { type FixtureIndex, startPythonIndex } from '../../../fixtures/python-index.ts'

const CLIENT = join(import.meta.dirname, '../../../../runtime/packages/python/client.py')
const SAYS = (text: string) => ({ 'server.py': `def main():\n    print(${JSON.stringify(text)})\n` })
/** A build without setuptools: the archive holds what builds it. */
const BUILDS_ITSELF = {
  'pyproject.toml': '[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n',
  'own.py': `
import zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "built-1.0.0-py3-none-any.whl"
    meta = "built-1.0.0.dist-info/"
    files = {"server.py": "def main():\\n    print('built')\\n", meta + "METADATA": "Metadata-Version: 2.1\\nName: built\\nVersion: 1.0.0\\n",
        meta + "WHEEL": "Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        meta + "entry_points.txt": "[console_scripts]\\nbuilt = server:main\\n"}
    files[meta + "RECORD"] = "".join(path + ",,\\n" for path in [*files, meta + "RECORD"])
    with zipfile.ZipFile(folder + "/" + name, "w") as out:
        for path, text in files.items(): out.writestr(path, text)
    return name
`,
}

let index: FixtureIndex
let home: ReturnType<typeof packageHome>
let install: ReturnType<typeof directInstall>
beforeAll(async () => {
  index = await startPythonIndex([
    {
      name: 'server',
      version: '1.0.0',
      commands: { server: 'server:main' },
      files: SAYS('one'),
      requires: ['dep'],
    },
    { name: 'dep', version: '2.0.0', files: { 'dep.py': '' } },
    {
      name: 'many',
      version: '1.0.0',
      commands: { 'many-a': 'x:main', 'many-b': 'x:main' },
      files: { 'x.py': '' },
    },
    { name: 'library', version: '1.0.0', files: { 'x.py': '' } },
    { name: 'newer', version: '2.0.0', requiresPython: '>=3.99', commands: { newer: 'x:main' } },
    { name: 'built', version: '1.0.0', source: '', files: BUILDS_ITSELF },
  ])
})
afterAll(() => index.close())
beforeEach(() => {
  home = packageHome('')
  install = directInstall()
  configure(`index-url = ${index.url}`)
  return home.remove
})
afterEach(() => index.faults.clear())

function configure(setting: string): void {
  mkdirSync(join(home.home, '.config/pip'), { recursive: true })
  writeFileSync(join(home.home, '.config/pip/pip.conf'), `[global]\n${setting}\n`)
}

const ensure = (what: string, given: Partial<EnsurePythonOptions> = {}, bin: string | null = null) =>
  ensurePython({
    request: { package: parseRequirement(what), beside: [], bin, python: null },
    ...{
      tool: 'pip',
      store: home.store,
      install,
      client: CLIENT,
      runtime: hostPython(null),
      trust: STRICT,
    },
    ...{ say: home.options.say, env: home.env },
    ...given,
  })
const failure = async (what: string, given: Partial<EnsurePythonOptions> = {}): Promise<McpRunError> => {
  const error = await ensure(what, given).then(
    () => new Error('it was installed'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof McpRunError)) throw error
  return error
}
/** By the interpreter beside it: its first line names the place that it has in the sandbox. */
const output = (command: readonly string[]) =>
  execFileSync(command[0] ?? '', command.slice(1))
    .toString()
    .trim()
const packages = (...path: string[]) => readdirSync(join(home.store, 'packages', ...path))
const trees = () => packages().filter((name) => /^[0-9a-f]{64}$/.test(name))

function expectNothingLeft(): void {
  const names = existsSync(join(home.store, 'packages')) ? packages() : []
  expect(names.filter((name) => !['stage', 'lock'].includes(name))).toEqual([])
  for (const name of names) expect(packages(name), name).toEqual([])
}

test('the first start installs, its command runs, and the second asks nobody', async () => {
  const first = await ensure('server')
  expect(first).toMatchObject({ name: 'pypi:server', version: '1.0.0', pin: { scripts: [], ranScripts: [] } })
  expect(output(first.command)).toBe('one')
  expect(readFileSync(first.bin, 'utf8')).toMatch(/^#!\/package\/venv\/bin\/python\n/)
  const [asked, runs] = [index.requests.length, install.requests.length]
  const second = await ensure('server')
  expect(second.pin).toEqual(first.pin)
  expect(await Promise.all([second.check.own(), second.check.all()])).toEqual([
    { state: 'whole' },
    { state: 'whole' },
  ])
  expect([index.requests.length, install.requests.length]).toEqual([asked, runs])
  expect(packages('stage')).toEqual([])
})

test('the sandbox is told of the index alone, and gets no variable of ours', async () => {
  await ensure('server', { env: { ...home.env, AWS_SECRET_ACCESS_KEY: 'x', HTTPS_PROXY: 'http://p:1' } })
  const [prepare, ask, pip] = install.requests
  expect(prepare?.egress).toEqual([])
  expect(ask?.egress).toEqual(pip?.egress)
  expect(pip?.egress).toEqual([expect.objectContaining({ kind: 'host-loopback', ports: [index.port] })])
  expect(Object.keys(pip?.env ?? {}).sort()).toEqual([
    'HOME',
    'LANG',
    'NO_COLOR',
    'PATH',
    'PIP_CONFIG_FILE',
    'TMPDIR',
  ])
  const stage = join(home.store, 'packages/stage/')
  expect([...(pip?.write ?? []), ...(pip?.read ?? [])].every((path) => path.startsWith(stage))).toBe(true)
})

test('two first starts at once install once', async () => {
  const [one, two] = await Promise.all([ensure('server'), ensure('server')])
  expect(one.pin).toEqual(two.pin)
  expect(install.requests).toHaveLength(3)
  expect(home.said.filter((text) => text.includes('waiting'))).toHaveLength(1)
})

test('two requests that come to the same packages share them', async () => {
  const one = await ensure('server')
  const two = await ensure('server==1.0.0')
  expect(two.directory).toBe(one.directory)
  expect(trees()).toHaveLength(1)
  expect(await two.check.all()).toEqual({ state: 'whole' })
  expect(await (await ensure('server')).check.all()).toEqual({ state: 'whole' })
})

test('damage is seen, and mended with the very same packages, or refused', { timeout: 90_000 }, async () => {
  const first = await ensure('server')
  chmodSync(first.bin, 0o755)
  appendFileSync(first.bin, '\n')
  expect(await (await ensure('server')).check.own()).toMatchObject({
    state: 'damaged',
    changed: ['venv/bin/server'],
  })
  const mended = await ensure('server', { repair: true })
  expect(mended.pin.tree).toBe(first.pin.tree)
  expect(output(mended.command)).toBe('one')
  index.publish({ name: 'dep', version: '2.0.0', files: { 'dep.py': 'evil = 1' } })
  expect(await failure('server', { repair: true })).toMatchObject({
    message: expect.stringContaining('what the index sent is not what it should be'),
  })
  // The same under another request.
  expect((await failure('server>=1')).message).toMatch(
    /now serves another pypi:dep-2\.0\.0-py3-none-any\.whl@2\.0\.0/,
  )
  index.publish({ name: 'dep', version: '2.0.0', files: { 'dep.py': '' } })
})

test('a command is chosen at each start', async () => {
  expect(await failure('many')).toMatchObject({
    code: 'usage',
    message: expect.stringContaining('many-a, many-b'),
  })
  expect((await ensure('many', {}, 'many-b')).bin).toMatch(/venv\/bin\/many-b$/)
  expect(await failure('library')).toMatchObject({
    code: 'usage',
    message: expect.stringContaining('no command'),
  })
})

test('source is built where it is named, with no credential in reach', async () => {
  expect((await failure('built')).message).toContain('without running its code')
  const built = await ensure('built', { trust: { ...STRICT, allowScripts: ['Built'] } })
  expect(built.pin.ranScripts).toEqual(['built@1.0.0'])
  expect(output(built.command)).toBe('built')
  configure(`index-url = http://reader:pass-word@127.0.0.1:${index.port}/simple/`)
  expect(
    (await failure('built==1.0.0', { trust: { ...STRICT, allowScripts: ['built'] } })).message,
  ).toContain('holds a credential')
})

test.each([
  ['a name that is not there', 'missing', null, 'the index has no missing'],
  ['a version that is not there', 'server==9', null, 'the index has no server==9'],
  ['one for another Python', 'newer', null, 'no version of it is for this Python'],
  [
    'a file that is not what was promised',
    'server',
    'tampered',
    'what the index sent is not what it should be',
  ],
  ['an index that is out of order', 'server', 'unavailable', 'the index could not be reached'],
  ['a page in the place of an index', 'server', 'rubbish', 'the index has no server'],
] as const)('%s', async (_, what, fault, message) => {
  if (fault !== null) index.faults.set(what, fault)
  const error = await failure(what)
  expect(error.code).toBe('install-failed')
  expect(error.message).toContain(message)
  expectNothingLeft()
})

test('an index that is down: a cold start says so, a warm one runs', async () => {
  const down = await startPythonIndex([{ name: 'cold', version: '1.0.0' }])
  const warm = await ensure('server')
  await down.close()
  configure(`index-url = ${down.url}`)
  expect((await failure('cold')).message).toContain('the index could not be reached')
  expect((await ensure('server')).pin).toEqual(warm.pin)
  expect(trees()).toHaveLength(1)
})

test('a password of the index reaches pip alone', async () => {
  const password = 'pass-word-of-the-index'
  const guarded = await startPythonIndex(
    [{ name: 'server', version: '1.0.0', commands: { server: 'server:main' }, files: SAYS('x') }],
    { password },
  )
  try {
    const url = (secret: string) => `http://reader:${secret}@127.0.0.1:${guarded.port}/simple/`
    configure(`index-url = ${url(`wrong-${password}`)}`)
    const refused = await failure('server')
    expect(refused.message).toContain('refused the credentials')
    expect(refused.message).not.toContain(password)
    const installed = await ensure('server', {
      tool: 'uv',
      env: { ...home.env, UV_DEFAULT_INDEX: url(password) },
    })
    expect(guarded.requests).toContain('GET /simple/server/ (password)')
    expect(installed.pin.registry).toBe(`http://127.0.0.1:${guarded.port}/simple/`)
    for (const { argv, env } of install.requests) expect(JSON.stringify([argv, env])).not.toContain(password)
    expect(holding(home.store, password)).toBe('')
  } finally {
    await guarded.close()
  }
})

function holding(folder: string, text: string): string {
  try {
    return execFileSync('grep', ['-rlF', text, folder]).toString()
  } catch {
    return ''
  }
}
