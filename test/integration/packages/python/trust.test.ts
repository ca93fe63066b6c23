import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type EnsurePythonOptions, ensurePython } from '../../../../runtime/packages/python/ensure-python.ts'
import { hostPython } from '../../../../runtime/packages/python/python-runtime.ts'
import { parseRequirement } from '../../../../runtime/packages/python/requirement.ts'
import { STRICT } from '../../../../runtime/packages/trust.ts'
import { directInstall } from '../../../fixtures/direct-install.ts'
import { packageHome } from '../../../fixtures/package-home.ts'
import { type FixtureIndex, startPythonIndex } from '../../../fixtures/python-index.ts'

const CLIENT = join(import.meta.dirname, '../../../../runtime/packages/python/client.py')
const NOW = Date.parse('2026-11-20T12:00:00Z')
const RUNS = { commands: { server: 'server:main' }, files: { 'server.py': 'def main(): pass\n' } }
const HOUR = '2026-11-20T11:00:00.000Z'
const MONTH = '2026-10-20T12:00:00.000Z'

let index: FixtureIndex
let second: FixtureIndex
let home: ReturnType<typeof packageHome>
beforeAll(async () => {
  index = await startPythonIndex([
    { name: 'server', version: '1.0.0', uploaded: MONTH, ...RUNS },
    { name: 'server', version: '1.1.0', uploaded: HOUR, ...RUNS },
    { name: 'beside', version: '3.0.0', uploaded: HOUR, files: { 'beside.py': '' } },
    { name: 'silent', version: '1.0.0', commands: { silent: 'x:main' }, files: { 'x.py': '' } },
    { name: 'mcp-server-tlme', version: '1.0.0', commands: { x: 'x:main' }, files: { 'x.py': '' } },
  ])
  second = await startPythonIndex([{ name: 'other', version: '1.0.0', uploaded: HOUR, ...RUNS }])
})
afterAll(() => Promise.all([index.close(), second.close()]))
beforeEach(() => {
  home = packageHome('')
  configure(`index-url = ${index.url}`)
  return home.remove
})

function configure(setting: string): void {
  mkdirSync(join(home.home, '.config/pip'), { recursive: true })
  writeFileSync(join(home.home, '.config/pip/pip.conf'), `[global]\n${setting}\n`)
}

const ensure = (what: string, given: Partial<EnsurePythonOptions> = {}, beside: readonly string[] = []) =>
  ensurePython({
    request: {
      package: parseRequirement(what),
      beside: beside.map(parseRequirement),
      bin: null,
      python: null,
    },
    ...{ tool: 'pip', store: home.store, install: directInstall(), client: CLIENT, trust: STRICT },
    ...{ runtime: hostPython(null), say: home.options.say, env: home.env, now: () => NOW },
    ...given,
  })

test('a version that was uploaded too lately is not run, and an older one is named', async () => {
  await expect(ensure('server')).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(
      /^pypi:server@1\.1\.0 was published 60 minutes ago, and less than 24 hours/,
    ),
    hint: 'pypi:server@1.0.0 is older; or --min-age 0 takes it all the same',
  })
  const { pin } = await ensure('server==1.0.0')
  expect(pin).toMatchObject({ version: '1.0.0', published: MONTH })
  expect(home.said.at(-1)).toContain('published 2026-10-20 12:00, by whom the registry does not say')
})

test('what a person takes is taken, and is not asked about again', async () => {
  const taken = await ensure('server', { trust: { ...STRICT, minAge: 0 } })
  expect(taken.pin).toMatchObject({ version: '1.1.0', published: HOUR })
  expect((await ensure('server')).pin).toEqual(taken.pin)
  expect((await ensure('server', { repair: true })).pin.version).toBe('1.1.0')
})

test('what is installed beside it is looked at as well', async () => {
  await expect(ensure('server==1.0.0', {}, ['beside'])).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('pypi:beside@3.0.0 was published 60 minutes ago'),
  })
})

test('an index that does not say when is no reason to refuse, and that is said', async () => {
  const { pin } = await ensure('silent')
  expect(pin.published).toBeNull()
  expect(home.said.at(-1)).toContain('the registry does not say when nor by whom it was published')
})

test('of several indexes each is asked', async () => {
  configure(`index-url = ${index.url}\nextra-index-url = ${second.url}`)
  await expect(ensure('other')).rejects.toMatchObject({ message: expect.stringContaining('60 minutes ago') })
})

test('a name like one that many run is refused before anything is asked, unless it is meant', async () => {
  const before = index.requests.length
  const genuine = () => ['mcp-server-time']
  await expect(ensure('mcp-server-tlme', { trust: { ...STRICT, genuine } })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('mcp-server-tlme is not mcp-server-time, which many run'),
    hint: 'mcp-server-time, if that was meant; else --accept-name mcp-server-tlme',
  })
  expect(index.requests.length).toBe(before)
  const trust = { ...STRICT, genuine, acceptedNames: ['mcp-server-tlme'] }
  expect((await ensure('mcp-server-tlme', { trust })).pin.resembles).toBe('mcp-server-time')
  await ensure('mcp-server-tlme', { trust: { ...STRICT, genuine } })
  expect(home.said.at(-1)).toBe('pypi:mcp-server-tlme is not mcp-server-time, which many run')
})
