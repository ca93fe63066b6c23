import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { readPackageSpec } from '../../../runtime/packages/package-spec.ts'
import { packageHome } from '../../fixtures/package-home.ts'
import { type FixtureRegistry, startRegistry } from '../../fixtures/registry.ts'
import { CLI, putArchive, trusting } from './archives.ts'
import { outputOf } from './git-world.ts'

let registry: FixtureRegistry
let home: ReturnType<typeof packageHome>
beforeAll(async () => {
  const left = (version: string, said: string) => ({
    manifest: { name: 'left', version },
    files: { 'index.js': `exports.said = ${JSON.stringify(said)}\n` },
  })
  registry = await startRegistry([
    left('1.0.0', 'earlier'),
    left('1.2.0', 'hello'),
    {
      manifest: { name: 'tool', version: '1.0.0', bin: 'cli.js', dependencies: { left: '^1.0.0' } },
      files: { 'cli.js': CLI },
    },
    { manifest: { name: 'evil', version: '1.9.0' }, files: { 'index.js': 'exports.said = "evil"\n' } },
  ])
})
afterAll(() => registry.close())
beforeEach(() => {
  home = packageHome(`registry=${registry.url}\n`)
  return home.remove
})

const EVIL = 'exports.said = "evil"\n'
const beside = (...words: string[]) => {
  const [own, ...others] = words.map((word) => readPackageSpec(word, home.work))
  if (own === undefined) throw new Error('nothing is named')
  return { ...own, beside: others }
}
const archive = (manifest: object) =>
  putArchive(home, { bin: 'cli.js', main: 'cli.js', ...manifest }, { name: 'other-1.0.0.tgz', cli: EVIL })

it.each([
  ['calls itself as one', { name: 'left', version: '1.9.0' }, 'left@1.9.0'],
  [
    'depends on another by its name',
    { name: 'a', version: '1.0.0', dependencies: { left: 'npm:evil@1' } },
    'evil@1.9.0',
  ],
])(
  'an archive that %s takes the place of no dependency of what it was named beside',
  async (_, manifest, is) => {
    const file = archive(manifest)
    for (const spec of [beside('tool', file), beside(file, 'tool')])
      await expect(home.ensure(spec, { bin: 'tool' })).rejects.toMatchObject({
        code: 'usage',
        message: `${is}, which came with a package that was named beside it, takes the place of left, which tool@1.0.0 depends on: nothing shows that it is that`,
        hint: '--accept-name left, if it is meant; else start the two apart',
      })
    expect(readdirSync(join(home.store, 'packages')).toSorted()).toEqual(['lock', 'stage'])
    const meant = await home.ensure(beside('tool', file), {
      bin: 'tool',
      ...trusting({ acceptedNames: ['left'] }),
    })
    expect(home.said).toContain(`${is} takes the place of left, which tool@1.0.0 depends on`)
    expect(outputOf(meant.bin)).toBe('evil')
  },
)

it('an archive of a version that the other does not take is installed beside it', async () => {
  const file = archive({ name: 'left', version: '2.0.0' })
  expect(outputOf((await home.ensure(beside('tool', file), { bin: 'tool' })).bin)).toBe('hello')
})

it('a package that a person named takes the place of a dependency of its name, as npx has it, and that is said', async () => {
  const { bin } = await home.ensure(beside('tool', 'left@1.0.0'), { bin: 'tool' })
  expect(outputOf(bin)).toBe('earlier')
  expect(home.said).toContain('left@1.0.0 takes the place of left, which tool@1.0.0 depends on')
})
