import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { formatPackageSpec, readPackageSpec } from '../../../runtime/packages/package-spec.ts'
import { STRICT } from '../../../runtime/packages/trust.ts'
import { packageHome } from '../../fixtures/package-home.ts'
import { type FixtureRegistry, startRegistry } from '../../fixtures/registry.ts'
import { archivesRegistry, MANIFEST, putArchive, trusting } from './archives.ts'

let registry: FixtureRegistry
let home: ReturnType<typeof packageHome>
beforeAll(async () => {
  registry = await archivesRegistry()
})
afterAll(() => registry.close())
beforeEach(() => {
  home = packageHome(`registry=${registry.url}\n`)
  return home.remove
})

describe('several packages', () => {
  it('are installed into one tree, pinned together, each with what is known of it', async () => {
    const file = readPackageSpec(putArchive(home, { ...MANIFEST, name: 'mine', version: '2.0.0' }), home.work)
    const spec = { ...readPackageSpec('thing@1.0.0', home.work), beside: [file] }
    const ensure = (bin: string) => home.ensure(spec, { bin })
    const installed = await ensure('mine')
    expect(execFileSync(process.execPath, [installed.bin]).toString()).toBe('hello')
    expect((await ensure('genuine')).bin).toMatch(/node_modules\/thing\/cli\.js$/)
    expect(home.install.requests).toHaveLength(1)
    await expect(ensure('absent')).rejects.toMatchObject({
      code: 'usage',
      message: "thing, mine has no command 'absent'",
      hint: 'it has: genuine, mine',
    })
    expect(installed.pin).toMatchObject({
      spec: formatPackageSpec(spec),
      name: 'thing',
      publisher: { user: 'ann' },
      beside: [{ name: 'archive:mine', version: '2.0.0', signature: { state: 'no-registry' } }],
    })
    expect(home.said.filter((one) => /^(thing|archive:mine)@/.test(one))).toHaveLength(2)
    putArchive(home, { ...MANIFEST, name: 'mine', version: '2.0.1' })
    await expect(ensure('mine')).rejects.toThrow('not what it was when archive:mine@2.0.0')
  })

  it('each name is judged', async () => {
    const spec = { name: 'thing', version: null, beside: [{ name: 'postmrk-mcp', version: null }] }
    await expect(home.ensure(spec, { bin: 'x' })).rejects.toThrow('postmrk-mcp is not @')
    expect(home.install.requests).toEqual([])
    await home.ensure(spec, { bin: 'postmrk-mcp', ...trusting({ acceptedNames: ['postmrk-mcp'] }) })
    await home.ensure(spec, { bin: 'genuine' })
    expect(home.said.at(-1)).toContain('postmrk-mcp is not @')
  })

  it('each publisher is compared with the one of the last pin, wherever that was', async () => {
    const own = await startRegistry([
      { manifest: { name: 'first', version: '1.0.0', bin: 'a.js' }, files: { 'a.js': '' }, user: 'bob' },
      {
        manifest: { name: 'second', version: '1.0.0', bin: 'a.js' },
        files: { 'a.js': '' },
        user: 'ann',
        maintainers: ['ann'],
      },
    ])
    try {
      writeFileSync(join(home.home, '.npmrc'), `registry=${own.url}\n`)
      const set = (version: string) => ({
        name: 'first',
        version: null,
        beside: [{ name: 'second', version }],
      })
      await home.ensure(set('1.0.0'), { bin: 'first' })
      await own.publish({
        manifest: { name: 'second', version: '1.1.0', bin: 'a.js' },
        ...{ files: { 'a.js': '' }, user: 'eve', maintainers: ['eve'] },
      })
      const refused = { code: 'usage', message: expect.stringContaining('published by eve, before by ann') }
      await expect(home.ensure(set('1.1.0'), { bin: 'first' })).rejects.toMatchObject(refused)
      await expect(home.ensure('second@1.1.0')).rejects.toMatchObject(refused)
      const declared = { trust: STRICT, trustBeside: () => ({ ...STRICT, publishers: ['zoe'] }) }
      const spec = { name: 'first', version: '1.0.0', beside: [{ name: 'second', version: '1.0.0' }] }
      await expect(home.ensure(spec, { bin: 'first', ...declared })).rejects.toThrow(
        'must be published by zoe',
      )
    } finally {
      await own.close()
    }
  })

  it('two archives of one name are refused', async () => {
    const beside = [readPackageSpec(putArchive(home, MANIFEST, { name: 'again.tgz' }), home.work)]
    const spec = { ...readPackageSpec(putArchive(home), home.work), beside }
    await expect(home.ensure(spec, { bin: 'thing' })).rejects.toThrow(
      'two of the packages that are named are thing',
    )
  })
})
