import { appendFileSync, chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { upgradePinned } from '../../../runtime/packages/ensure-package.ts'
import { parsePackageSpec } from '../../../runtime/packages/package-spec.ts'
import { listPins, writeIndex } from '../../../runtime/packages/pin-index.ts'
import type { Proposal } from '../../../runtime/packages/upgrade-package.ts'
import { packageHome } from '../../fixtures/package-home.ts'
import { type FixturePackage, type FixtureRegistry, startRegistry } from '../../fixtures/registry.ts'

const server = (version: string): FixturePackage => ({
  manifest: { name: 'server', version, bin: 'cli.js' },
  files: { 'cli.js': `'${version}'` },
})

let registry: FixtureRegistry
let home: ReturnType<typeof packageHome>
beforeAll(async () => {
  registry = await startRegistry(['1.0.0', '1.1.0', '2.0.0'].map(server))
})
afterAll(() => registry.close())
beforeEach(() => {
  home = packageHome(`registry=${registry.url}\nfetch-retries=0\n`)
  return home.remove
})

const packages = () => join(home.store, 'packages')
const upgrade = (
  spec: string,
  version: string | null,
  decide: (proposal: Proposal) => Promise<boolean> = async () => true,
) => upgradePinned({ ...home.options, spec: parsePackageSpec(spec), bin: null }, { version, decide })
/** What is pinned, as `spec version`. */
const pins = () => listPins(packages()).map(({ spec, pin }) => `${spec} ${pin.version}`)
/** Pins a version for a spec that means a later one by now. */
const pinEarlier = async (spec: string, version: string) => {
  const { pin } = await home.ensure(spec)
  const { pin: earlier } = await home.ensure(`server@${version}`)
  const [kept] = listPins(packages()).filter((one) => one.spec === spec)
  writeIndex(kept?.file ?? '', { ...earlier, spec: pin.spec })
}

test('a range moves to what it means today, and to nothing else', async () => {
  await pinEarlier('server@^1', '1.0.0')
  await expect(upgrade('server@^1', '2.0.0')).rejects.toThrow('server@^1 does not mean 2.0.0')
  expect(pins()).toContain('server@^1 1.0.0')
  expect(await upgrade('server@^1', null)).toMatchObject({ state: 'accepted', pin: { version: '1.1.0' } })
  expect(pins()).toContain('server@^1 1.1.0')
  expect(await upgrade('server@^1', null)).toMatchObject({ state: 'current' })
})

test('a tag is taken as it is now, and is not asked for again the same day', async () => {
  await pinEarlier('server@latest', '1.0.0')
  expect(await upgrade('server@latest', null)).toMatchObject({
    state: 'accepted',
    before: { version: '1.0.0' },
  })
  expect(pins()).toContain('server@latest 2.0.0')
  const [ahead = ''] = readdirSync(join(packages(), 'index')).filter((file) => file.endsWith('.ahead'))
  expect(JSON.parse(readFileSync(join(packages(), 'index', ahead), 'utf8'))).toMatchObject({
    pin: null,
    refusal: null,
  })
})

test('while it is decided the other version lies apart; afterwards nothing of a declined one is left', async () => {
  await pinEarlier('server', '1.0.0')
  const before = [pins(), readdirSync(packages()).sort()]
  let stage = ''
  const end = await upgrade('server', null, async ({ pairs, after }) => {
    expect(after.version).toBe('2.0.0')
    expect([pins(), readdirSync(packages()).sort()]).toEqual(before)
    stage = pairs[0]?.after?.path ?? ''
    expect(readFileSync(join(stage, 'cli.js'), 'utf8')).toBe("'2.0.0'")
    return false
  })
  expect(end).toMatchObject({ state: 'declined', before: { version: '1.0.0' } })
  expect([pins(), readdirSync(packages()).sort(), existsSync(stage)]).toEqual([...before, false])
})

test('a pin that was replaced while it was decided is left alone', async () => {
  await pinEarlier('server', '1.0.0')
  const other = upgrade('server', '2.0.0', async () => {
    await upgrade('server', '1.1.0')
    return true
  })
  await expect(other).rejects.toThrow('server was pinned anew meanwhile')
  expect(pins()).toContain('server 1.1.0')
})

test('an error while it is decided, or a tree that is not what was installed: the pin stays', async () => {
  await pinEarlier('server', '1.0.0')
  const before = pins()
  await expect(upgrade('server', null, () => Promise.reject(new Error('no terminal')))).rejects.toThrow(
    'no terminal',
  )
  const { bin } = await home.ensure('server')
  chmodSync(bin, 0o644)
  appendFileSync(bin, '// changed')
  await expect(upgrade('server', null)).rejects.toMatchObject({ code: 'package-damaged' })
  await expect(upgrade('server@^2', null)).rejects.toThrow('server@^2 is not pinned; pinned are ')
  expect(pins()).toEqual(before)
})
