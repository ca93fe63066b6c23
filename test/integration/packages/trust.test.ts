import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { STRICT, type Trust } from '../../../runtime/packages/trust.ts'
import { packageHome } from '../../fixtures/package-home.ts'
import {
  type FixturePackage,
  type FixtureRegistry,
  newSigner,
  startRegistry,
} from '../../fixtures/registry.ts'

const OLD = '2026-01-01T00:00:00.000Z'
const server = (version: string, rest: Partial<FixturePackage> & { readonly dependencies?: object } = {}) => {
  const { dependencies = {}, ...more } = rest
  return {
    manifest: { name: 'server', version, bin: 'cli.js', dependencies },
    files: { 'cli.js': '' },
    ...{ published: OLD, user: 'ann', maintainers: ['ann', 'bob'] },
    ...more,
  }
}
const library = (name: string) => ({ manifest: { name, version: '1.0.0' }, files: { 'x.js': '' } })

let registry: FixtureRegistry
let home: ReturnType<typeof packageHome>
beforeAll(async () => {
  registry = await startRegistry(
    [library('left'), library('right'), { ...server('9.0.0'), ...typosquat() }],
    {
      signer: newSigner(),
    },
  )
})
afterAll(() => registry.close())
beforeEach(async () => {
  home = packageHome(`registry=${registry.url}\nfetch-retries=0\n`)
  await registry.publish(server('1.0.0', { dependencies: { left: '1' } }))
  return home.remove
})
afterEach(() => registry.faults.clear())

function typosquat(): FixturePackage {
  return { manifest: { name: 'tavilly-mcp', version: '1.0.0', bin: 'cli.js' }, files: { 'cli.js': '' } }
}
const trust = (some: Partial<Trust>) => ({ trust: { ...STRICT, ...some } })

test('the first start pins who stands behind it, and the signatures of all of it hold', async () => {
  const { pin } = await home.ensure('server@1.0.0')
  expect(pin).toMatchObject({
    format: 2,
    spec: 'server@1.0.0',
    registry: registry.url,
    published: OLD,
    publisher: { user: 'ann', maintainers: ['ann', 'bob'] },
    signature: { state: 'verified', keyid: expect.stringContaining('SHA256:') },
    provenance: { state: 'none' },
    dependencies: { signed: 1, unsigned: 0 },
    files: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    engine: { key: expect.stringMatching(/^node\d+-/), wants: null },
    firstSeen: pin.installedAt,
  })
  expect(home.said).toContain(
    'server@1.0.0: published 2026-01-01 00:00 by ann; signed by the registry; no provenance',
  )
})

test.each([
  ['that is of something else', 'server', 'bad-signature', 'server@1.0.0'],
  ['by a key that the registry does not list', 'server', 'unknown-key', 'server@1.0.0'],
  ['of a dependency that does not hold', 'left', 'bad-signature', 'left@1.0.0'],
] as const)('a signature %s is refused, whatever is accepted', async (_, name, fault, id) => {
  registry.faults.set(name, fault)
  const started = home.ensure('server@1.0.0', trust({ accept: true, profiled: true }))
  await expect(started).rejects.toMatchObject({
    code: 'install-failed',
    message: expect.stringContaining(`the signature of ${id} does not hold`),
  })
})

test('a registry that signs, and did not sign this: said', async () => {
  registry.faults.set('server', 'unsigned')
  expect((await home.ensure('server@1.0.0')).pin.signature).toEqual({ state: 'unsigned' })
  expect(home.said.join()).toContain('not signed, though the registry signs')
})

describe('against what was pinned before', () => {
  let shared: ReturnType<typeof packageHome>
  beforeAll(async () => {
    shared = packageHome(`registry=${registry.url}\nfetch-retries=0\n`)
    await registry.publish(server('1.0.0', { dependencies: { left: '1' } }))
    await shared.ensure('server@1.0.0')
  })
  afterAll(() => shared.remove())

  test.each([
    ['another publisher', '1.1.0', { user: 'eve' }, 'published by eve, before by ann'],
    [
      'nobody named',
      '1.1.1',
      { user: undefined },
      'published by nobody that the registry names, before by ann',
    ],
    ['a new maintainer', '1.1.2', { maintainers: ['ann', 'bob', 'eve'] }, 'new maintainers: eve'],
  ])('%s has to be accepted', async (_, version, change, message) => {
    await registry.publish({ ...server(version), ...change } as FixturePackage)
    await expect(shared.ensure(`server@${version}`)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(`mcp-run pin --accept server@${version}`),
    })
  })

  test('a signature that is missing now has to be accepted', async () => {
    await registry.publish(server('1.1.3'))
    registry.faults.set('server', 'unsigned')
    await expect(shared.ensure('server@1.1.3')).rejects.toThrow('not signed by the registry')
  })

  test('other content under the same version is refused, whatever is accepted', async () => {
    await registry.publish({ ...server('1.0.0'), files: { 'cli.js': 'evil()' } })
    const started = shared.ensure('server@<1.0.1', trust({ accept: true }))
    await expect(started).rejects.toThrow('now serves another server@1.0.0')
  })

  test('another of the maintainers, and one maintainer less, are only said', async () => {
    await registry.publish(server('1.2.0', { user: 'bob', maintainers: ['ann'] }))
    expect((await shared.ensure('server@1.2.0')).version).toBe('1.2.0')
    expect(shared.said).toContain('server@1.2.0: published by bob, before by ann; no longer maintainers: bob')
  })

  test('what is accepted is pinned, and said', async () => {
    await registry.publish(server('1.3.0', { user: 'eve', maintainers: ['eve'] }))
    expect((await shared.ensure('server@1.3.0', trust({ accept: true }))).version).toBe('1.3.0')
    expect(shared.said.join()).toContain('new maintainers: eve')
    expect((await shared.ensure('server@1.3.0')).version).toBe('1.3.0')
  })
})

test('the profile says who publishes it', async () => {
  const others = home.ensure('server@1.0.0', trust({ publishers: ['activecampaign', 'github.com/a/b'] }))
  await expect(others).rejects.toThrow('must be published by activecampaign or github.com/a/b')
  expect((await home.ensure('server@1.0.0', trust({ publishers: ['ann'] }))).version).toBe('1.0.0')
})

test('a version that is younger than the age that is asked for needs a word', async () => {
  const now = Date.parse('2026-03-01T12:00:00.000Z')
  await registry.publish(server('2.0.0', { published: '2026-03-01T10:00:00.000Z' }))
  const young = { now: () => now }
  await expect(home.ensure('server@2.0.0', young)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('was published 2 hours ago'),
    hint: expect.stringMatching(/^server@1\.0\.\d is older; or --min-age 0/),
  })
  expect((await home.ensure('server@2.0.0', { ...young, ...trust({ minAge: 0 }) })).version).toBe('2.0.0')
  // Once it is pinned, its age is no matter.
  expect((await home.ensure('server@2.0.0', young)).version).toBe('2.0.0')
})

test('a name that could be taken for another is refused before anything is asked', async () => {
  const before = registry.requests.length
  await expect(home.ensure('tavilly-mcp')).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('tavilly-mcp is not tavily-mcp'),
    hint: 'tavily-mcp, if that was meant; else --accept-name tavilly-mcp',
  })
  expect(registry.requests).toHaveLength(before)
  const accepted = await home.ensure('tavilly-mcp', trust({ acceptedNames: ['tavilly-mcp'] }))
  expect(accepted.pin.resembles).toBe('tavily-mcp')
  home.said.length = 0
  await home.ensure('tavilly-mcp')
  expect(home.said).toEqual(['tavilly-mcp is not tavily-mcp, which many run'])
})

test('what is pinned by a profile of the user’s own is said, and installed', async () => {
  await home.ensure('tavilly-mcp', trust({ profiled: true }))
  expect(home.said[0]).toContain('tavilly-mcp is not tavily-mcp, which many run')
  const own = home.ensure('server@1.0.0', trust({ genuine: () => ['@vendor/the-server', 'servers-x'] }))
  expect((await own).pin.resembles).toBeNull()
})

test('keys that are asked for in vain, and metadata that is rubbish for a warm start', async () => {
  await home.ensure('server@1.0.0')
  registry.faults.set('server', 'rubbish')
  writeFileSync(join(home.home, '.npmrc'), 'registry=http://127.0.0.1:9/\n')
  expect((await home.ensure('server@1.0.0')).version).toBe('1.0.0')
})
