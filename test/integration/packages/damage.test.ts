import { chmodSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { verifyTree } from '../../../runtime/packages/tree-record.ts'
import { packageHome } from '../../fixtures/package-home.ts'
import { type FixtureRegistry, startRegistry } from '../../fixtures/registry.ts'

const CLI = 'module.exports = 1\n'
let registry: FixtureRegistry
let template: ReturnType<typeof packageHome>
let home: ReturnType<typeof packageHome>
beforeAll(async () => {
  registry = await startRegistry([
    {
      manifest: { name: 'server', version: '1.0.0', bin: 'cli.js', dependencies: { left: '^1' } },
      files: { 'cli.js': CLI },
    },
    { manifest: { name: 'left', version: '1.0.0' }, files: { 'x.js': 'left()' } },
  ])
  template = packageHome(`registry=${registry.url}\n`)
  await template.ensure('server')
})
afterAll(() => Promise.all([registry.close(), template.remove()]))
beforeEach(async () => {
  registry.faults.clear()
  home = packageHome(`registry=${registry.url}\n`)
  await copyStore(template.store, home.store)
  return home.remove
})

/** As a person does it. Every time in it is another then, so that the first look is at every byte. */
async function copyStore(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
}

/** Writes what the store has sealed, as its owner can. */
function write(path: string, text: string): void {
  chmodSync(path, 0o644)
  writeFileSync(path, text)
  chmodSync(path, 0o444)
}

test('a file that was changed is noticed by size and time, and had again from the lock', async () => {
  const first = await home.ensure('server')
  expect(await first.check.all()).toEqual({ state: 'whole' })
  expect(await (await home.ensure('server')).check.all()).toEqual({ state: 'whole' })
  const file = join(first.directory, 'node_modules/left/x.js')
  write(file, 'evil()')
  // The time that anybody can set is put back; the size is the same.
  utimesSync(file, new Date(0), new Date(0))
  expect(await (await home.ensure('server')).check.all()).toEqual({
    state: 'damaged',
    changed: ['node_modules/left/x.js'],
  })
  // Newer dependencies are there by now: the lock says which were.
  await registry.publish({ manifest: { name: 'left', version: '1.1.0' }, files: { 'x.js': 'newer()' } })
  const repaired = await home.ensure('server', { repair: true })
  expect(repaired.pin.tree).toBe(first.pin.tree)
  expect(repaired.pin.files).toEqual(first.pin.files)
  expect(readFileSync(file, 'utf8')).toBe('left()')
  expect(await (await home.ensure('server')).check.all()).toEqual({ state: 'whole' })
})

test('what cannot be had again as it was is refused', async () => {
  const { bin } = await home.ensure('server')
  write(bin, 'evil()')
  registry.faults.set('server', 'unavailable')
  await expect(home.ensure('server', { repair: true })).rejects.toMatchObject({ code: 'install-failed' })
  // It stays what it is: damaged.
  expect(await (await home.ensure('server')).check.all()).toMatchObject({ state: 'damaged' })
})

test.each<readonly [string, (folder: string) => void | Promise<void>]>([
  [
    'a file more',
    (folder) => {
      chmodSync(folder, 0o755)
      writeFileSync(join(folder, 'more.js'), '')
      chmodSync(folder, 0o555)
    },
  ],
  [
    'a file less',
    (folder) => {
      chmodSync(folder, 0o755)
      rmSync(join(folder, 'package.json'))
      chmodSync(folder, 0o555)
    },
  ],
])('%s is damage', async (_, act) => {
  const { directory } = await home.ensure('server')
  await act(join(directory, 'node_modules/left'))
  expect(await (await home.ensure('server')).check.all()).toMatchObject({ state: 'damaged' })
})

test('a store that was copied is as good as before, once every byte has been read', async () => {
  const { pin } = await home.ensure('server')
  expect(await (await home.ensure('server')).check.all()).toEqual({ state: 'whole' })
  const packages = join(home.store, 'packages')
  expect(await verifyTree(packages, pin)).toEqual({ state: 'whole' })
  // The record that is gone is made anew the same way.
  rmSync(join(packages, 'files'), { recursive: true })
  expect(await (await home.ensure('server')).check.all()).toEqual({ state: 'whole' })
})
