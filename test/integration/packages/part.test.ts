import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchPart } from '../../../runtime/packages/fetch-part.ts'
import { type FixtureRegistry, startRegistry } from '../../fixtures/registry.ts'

const NAME = '@scope/part'
const root = mkdtempSync(join(tmpdir(), 'part-'))
let registry: FixtureRegistry
let integrity = ''
beforeAll(async () => {
  const manifest = { name: NAME, version: '1.2.3', os: ['aix'], scripts: { install: 'echo > ../../ran' } }
  registry = await startRegistry([{ manifest, files: { 'part.node': 'binary' } }])
  const answer = await fetch(`${registry.url}${NAME.replace('/', '%2f')}`)
  integrity = JSON.parse(await answer.text()).versions['1.2.3'].dist.integrity
})
afterAll(async () => {
  await registry.close()
  rmSync(root, { recursive: true })
})

const fetched = async (name: string, wanted: string) => {
  const folder = join(root, name)
  mkdirSync(folder)
  const env = {
    ...process.env,
    HOME: root,
    npm_config_registry: registry.url,
    npm_config_cache: join(folder, 'c'),
    npm_config_fetch_retries: '0',
  }
  await fetchPart({ name: NAME, version: '1.2.3', integrity: wanted }, folder, { env })
  return folder
}

test('what was pinned comes from the user’s own registry, for another system too, and nothing of it runs', async () => {
  const folder = await fetched('good', integrity)
  expect(readFileSync(join(folder, 'node_modules', NAME, 'part.node'), 'utf8')).toBe('binary')
  expect(existsSync(join(folder, 'ran'))).toBe(false)
})

test('what the registry has in its place is not taken', async () => {
  const other = `sha512-${Buffer.alloc(64).toString('base64')}`
  await expect(fetched('other', other)).rejects.toMatchObject({
    code: 'sandbox-unavailable',
    message: `npm cannot fetch ${NAME}@1.2.3, as it was pinned: EINTEGRITY`,
  })
  registry.faults.set(NAME, 'tampered')
  await expect(fetched('tampered', integrity)).rejects.toThrow('EINTEGRITY')
  expect(existsSync(join(root, 'other/node_modules', NAME))).toBe(false)
})
