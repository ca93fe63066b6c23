import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ensureAhead } from '../../../runtime/packages/ensure-package.ts'
import { parsePackageSpec } from '../../../runtime/packages/package-spec.ts'
import { packageHome } from '../../fixtures/package-home.ts'
import { type FixtureRegistry, startRegistry } from '../../fixtures/registry.ts'

const DAY = 24 * 3_600_000
const START = Date.parse('2026-03-01T00:00:00.000Z')
const server = (version: string, rest: object = {}, manifest: object = {}) => ({
  manifest: { name: 'server', version, bin: 'cli.js', ...manifest },
  files: { 'cli.js': '' },
  ...{ published: '2026-01-01T00:00:00.000Z', user: 'ann' },
  ...rest,
})

let registry: FixtureRegistry
let home: ReturnType<typeof packageHome>
let now = START
beforeAll(async () => {
  registry = await startRegistry([{ manifest: { name: 'left', version: '1.0.0' }, files: { 'x.js': '' } }])
})
afterAll(() => registry.close())
beforeEach(async () => {
  now = START
  await registry.publish(server('1.0.0'))
  home = packageHome(`registry=${registry.url}\nfetch-retries=0\n`)
  return home.remove
})

const clock = { now: () => now }
const start = (spec: string) => home.ensure(spec, clock)
const lookAhead = (spec: string) =>
  ensureAhead({ ...home.options, spec: parsePackageSpec(spec), bin: null, ...clock })
const asked = async (act: () => Promise<unknown>): Promise<number> => {
  const before = registry.requests.length
  await act()
  return registry.requests.length - before
}

test('what a tag means now is taken at the next start, with what differs; it is asked for once a day', async () => {
  await start('server@latest')
  await registry.publish(server('1.1.0', {}, { dependencies: { left: '1' } }))
  expect(await asked(() => lookAhead('server@latest'))).toBe(0)
  now += DAY
  expect(await asked(() => start('server@latest'))).toBe(0)
  await lookAhead('server@latest')
  expect(await asked(() => lookAhead('server@latest'))).toBe(0)
  home.said.length = 0
  const next = await start('server@latest')
  expect([next.version, next.pin.replaces]).toEqual(['1.1.0', '1.0.0'])
  expect(home.said).toEqual([
    'alert: server@latest has changed: 1.0.0 -> 1.1.0; publisher unchanged; dependencies added: left@1.0.0',
  ])
  home.said.length = 0
  expect((await start('server@latest')).version).toBe('1.1.0')
  expect(home.said).toEqual([])
})

test('what it means now by another publisher is not taken, and that is said at each start', async () => {
  await start('server@latest')
  await registry.publish(server('2.0.0', { user: 'eve' }))
  now += DAY
  await lookAhead('server@latest')
  for (const _ of [1, 2]) {
    home.said.length = 0
    expect((await start('server@latest')).version).toBe('1.1.0')
    expect(home.said.join()).toContain(
      'published by eve, before by ann; if that is right: mcp-run pin --accept server@latest',
    )
  }
})

test('a registry that is down, or slow, costs nothing: what is pinned runs', async () => {
  await start('server@next').catch(() => undefined)
  await start('server@latest')
  writeFileSync(join(home.home, '.npmrc'), 'registry=http://127.0.0.1:9/\nfetch-retries=0\n')
  now += DAY
  await expect(lookAhead('server@latest')).rejects.toThrow('was not asked for')
  expect((await start('server@latest')).version).toBe('2.0.0')
  expect(readdirSync(join(home.store, 'packages/stage'))).toEqual([])
})

test.each(['server', 'server@^1', 'server@1.0.0', 'server@x'])('%s is pinned for good', async (spec) => {
  now += 100 * DAY
  expect(await asked(() => lookAhead(spec))).toBe(0)
})
