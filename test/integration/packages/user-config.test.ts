import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { InstallRequest } from '../../../runtime/packages/install-run.ts'
import { formatNpmrc, parseNpmrc } from '../../../runtime/packages/npmrc.ts'
import { packageHome } from '../../fixtures/package-home.ts'
import { type FixtureRegistry, startRegistry } from '../../fixtures/registry.ts'

const TOKEN = 'fixture-token-1234567890'
const PUBLIC = { manifest: { name: 'server', version: '1.0.0', bin: 'x.js' }, files: { 'x.js': '' } }
const PRIVATE = {
  manifest: { name: '@corp/server', version: '1.0.0', bin: 'x.js', dependencies: { server: '*' } },
  files: { 'x.js': '' },
}

let open: FixtureRegistry
let corporate: FixtureRegistry
let home: ReturnType<typeof packageHome>
beforeAll(async () => {
  open = await startRegistry([PUBLIC])
  corporate = await startRegistry([PRIVATE], { token: TOKEN })
})
afterAll(() => Promise.all([open.close(), corporate.close()]))
beforeEach(() => {
  home = packageHome(`registry=${open.url}\nfetch-retries=0\n`)
  return home.remove
})

const npmrc = (text: string) => writeFileSync(join(home.home, '.npmrc'), text)
const host = (registry: FixtureRegistry) => registry.url.replace('http:', '')
const reference = (name: string) => ['$', `{${name}}`].join('')

test.each([
  ['written out', TOKEN, {}],
  ['from a variable', reference('CORP_TOKEN'), { CORP_TOKEN: TOKEN }],
])(
  'a scope’s own registry with a token %s: it reaches npm’s file, no argument and no variable',
  async (_, token, env) => {
    npmrc(`registry=${open.url}\n@corp:registry=${corporate.url}\n${host(corporate)}:_authToken=${token}\n`)
    let seen = { file: '', mode: 0, folder: '' }
    const install = (request: InstallRequest) => {
      const file = request.argv.find((arg) => arg.startsWith('--userconfig='))?.split('=')[1] ?? ''
      seen = { file: readFileSync(file, 'utf8'), mode: statSync(file).mode & 0o777, folder: join(file, '..') }
      expect(statSync(seen.folder).mode & 0o777).toBe(0o700)
      return home.install(request)
    }
    const installed = await home.ensure('@corp/server', { install, env: { ...home.env, ...env } })
    expect(installed.name).toBe('@corp/server')
    const [request] = home.install.requests
    expect(request?.egress.map((rule) => rule.ports[0]).sort()).toEqual([open.port, corporate.port].sort())
    expect(seen.file).toContain(TOKEN)
    expect(seen.mode).toBe(0o600)
    expect(JSON.stringify(request)).not.toContain(TOKEN)
    expect(existsSync(seen.folder)).toBe(false)
    expect(filesHolding(TOKEN, home.store)).toEqual([])
    expect(open.requests.some((line) => line.includes('(token)'))).toBe(false)
  },
)

test('a token from npm_config_ variables', async () => {
  const env = {
    ...home.env,
    [`npm_config_${host(corporate)}:_authToken`]: TOKEN,
    'npm_config_@corp:registry': corporate.url,
  }
  expect((await home.ensure('@corp/server', { env })).version).toBe('1.0.0')
})

test('a token that is wrong: refused, and not shown', async () => {
  npmrc(`@corp:registry=${corporate.url}\n${host(corporate)}:_authToken=wrong-token-000\n`)
  const error = await home.ensure('@corp/server').catch((reason: Error) => reason)
  expect(error).toMatchObject({
    code: 'install-failed',
    message: expect.stringContaining('refused the credentials'),
  })
  expect(JSON.stringify([error, (error as Error).message])).not.toContain('wrong-token-000')
})

test('the registry’s password in its URL is used and not shown', async () => {
  const url = open.url.replace('//', '//joe:pass-word-1@')
  npmrc(`registry=${url}\n`)
  expect((await home.ensure('server')).version).toBe('1.0.0')
  const error = await home.ensure('absent').catch((reason: Error) => reason)
  expect((error as Error).message).toContain('does not have it')
  expect((error as Error).message).not.toContain('pass-word-1')
})

test('what a project plants in the working folder, or above it, is not heeded', async () => {
  const evil = await startRegistry([{ ...PUBLIC, files: { 'x.js': 'evil()' } }])
  const nested = join(home.work, 'a/b')
  mkdirSync(nested, { recursive: true })
  mkdirSync(join(home.store, 'node_modules'))
  for (const folder of [home.root, home.store, home.work, nested]) {
    writeFileSync(join(folder, '.npmrc'), `registry=${evil.url}\nscript-shell=/bin/evil\n`)
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'evil', workspaces: ['**'] }))
  }
  const before = process.cwd()
  process.chdir(nested)
  try {
    const { bin } = await home.ensure('server', { cwd: nested })
    expect(readFileSync(bin, 'utf8')).toBe('')
    expect(evil.requests).toEqual([])
  } finally {
    process.chdir(before)
    await evil.close()
  }
})

test('a proxy is kept from the sandbox, and told to whoever dials', async () => {
  npmrc(
    `registry=${open.url}\nproxy=http://127.0.0.1:9/\nhttps-proxy=http://joe:pw@127.0.0.1:9/\nnoproxy=a.test,b.test\n`,
  )
  let config = ''
  const install = (request: InstallRequest) => {
    config = readFileSync(join(request.read[2] ?? '', 'npmrc'), 'utf8')
    return home.install(request)
  }
  await home.ensure('server', { install })
  const [request] = home.install.requests
  expect(request?.proxy).toEqual({ url: 'http://joe:pw@127.0.0.1:9/', noProxy: 'a.test,b.test' })
  expect(parseNpmrc(config, {})).toMatchObject({ proxy: null, 'https-proxy': null })
  expect(config).not.toContain(':9/')
})

test('certificates are handed over as copies', async () => {
  const [ca, extra] = [join(home.home, 'ca.pem'), join(home.home, 'extra.pem')]
  writeFileSync(ca, 'CA')
  writeFileSync(extra, 'EXTRA')
  npmrc(`registry=${open.url}\ncafile=${ca}\n`)
  const files: Record<string, string> = {}
  const install = (request: InstallRequest) => {
    const folder = request.read[2] ?? ''
    for (const name of readdirSync(folder))
      files[join(folder, name)] = readFileSync(join(folder, name), 'utf8')
    expect(files[request.env.NODE_EXTRA_CA_CERTS ?? '']).toBe('EXTRA')
    expect(files[String(parseNpmrc(files[join(folder, 'npmrc')] ?? '', {}).cafile)]).toBe('CA')
    return home.install({ ...request, env: { ...request.env, NODE_EXTRA_CA_CERTS: '' } })
  }
  await home.ensure('server', { install, env: { ...home.env, NODE_EXTRA_CA_CERTS: extra } })
  expect(Object.keys(files)).toHaveLength(5)
})

test('settings are written as npm reads them, and read as npm reads them', () => {
  const variable = reference('HOME')
  const values = {
    'init-author-name': `; # "x" 'y' ${variable} \\${variable} = [z]`,
    'init-license': 'two\nlines',
    'fetch-retries': 7,
    'strict-ssl': false,
    ca: ['one', `two\n${variable}`],
  }
  const texts = [
    formatNpmrc(values),
    `init-author-name = a\\;b ; c\n# x\ninit-license="q;r"\nca[]=1\nca[]='2'\n[s]\nfetch-retries=9\n`,
    `init-author-name=x${variable}y\\${variable}\ninit-license=${reference('NO_SUCH')}${reference('NO_SUCH?')}\n`,
  ]
  for (const text of texts) {
    npmrc(text)
    const listing = execFileSync('npm', ['config', 'ls', '--json'], { cwd: home.work, env: home.env })
    const theirs = JSON.parse(listing.toString())
    for (const [key, value] of Object.entries(parseNpmrc(text, home.env))) {
      expect(String(theirs[key]), key).toBe(String(value))
    }
  }
})

function filesHolding(text: string, folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const files = entries.map((entry) => join(entry.parentPath, entry.name))
  return files.filter((file) => readFileSync(file, 'utf8').includes(text))
}
