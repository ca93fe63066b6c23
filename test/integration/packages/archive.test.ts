import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { pinPackage } from '../../../runtime/packages/ensure-package.ts'
import { readPackageSpec } from '../../../runtime/packages/package-spec.ts'
import { listPins } from '../../../runtime/packages/pin-index.ts'
import { removeTree } from '../../../runtime/packages/tree-files.ts'
import { forgetPins } from '../../../runtime/packages/unpin.ts'
import { packageHome } from '../../fixtures/package-home.ts'
import type { FixtureRegistry } from '../../fixtures/registry.ts'
import { tarball } from '../../fixtures/tar.ts'
import { type ArchiveOptions, archivesRegistry, CLI, MANIFEST, putArchive, trusting } from './archives.ts'

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

const archive = (manifest?: Record<string, unknown>, more?: ArchiveOptions): string =>
  putArchive(home, manifest, more)
const packages = (...path: string[]) => join(home.store, 'packages', ...path)
const pins = () => listPins(packages()).map(({ pin }) => `${pin.name}@${pin.version}`)

describe('an archive on disk', () => {
  it('is installed with what it depends on, pinned by its content, and vouched for by nobody', async () => {
    const installed = await home.ensure(archive())
    expect(installed).toMatchObject({ name: 'archive:thing', version: '1.0.0' })
    expect(execFileSync(process.execPath, [installed.bin]).toString()).toBe('hello')
    expect(installed.pin).toMatchObject({
      spec: `file://${home.work}/thing-1.0.0.tgz`,
      origin: { kind: 'file', address: join(home.work, 'thing-1.0.0.tgz'), commit: null },
      publisher: { user: null, maintainers: [] },
      signature: { state: 'no-registry' },
      provenance: { state: 'none' },
      dependencies: { signed: 0, unsigned: 1 },
    })
    expect(home.said).toContain(
      'archive:thing@1.0.0: from no registry: who published it is not known, and nobody signed it',
    )
    expect(registry.requests.filter((one) => one.includes('/thing'))).toEqual([])
    const tree = readFileSync(join(installed.directory, 'tree.txt'), 'utf8')
    expect(tree).toContain(`node_modules/thing thing@1.0.0 placed ${installed.integrity}\n`)
  })

  it('is shown to the installation as a copy that it cannot write', async () => {
    await home.ensure(archive())
    const [request] = home.install.requests
    expect(request?.write).toHaveLength(1)
    expect(request?.read.some((path) => path.startsWith(home.work))).toBe(false)
    expect(JSON.stringify({ ...request, label: null })).not.toContain(home.work)
  })

  it('is not asked for again, nor needed; other content under its name is refused until it is accepted', async () => {
    const spec = archive()
    const first = await home.ensure(spec)
    const asked = registry.requests.length
    expect((await home.ensure(spec)).pin).toEqual(first.pin)
    rmSync(join(home.work, spec))
    expect((await home.ensure(spec)).pin).toEqual(first.pin)
    expect(home.said.at(-1)).toContain('is gone')
    expect(registry.requests).toHaveLength(asked)
    archive({ ...MANIFEST, version: '1.0.1' })
    await expect(home.ensure(spec)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('not what it was when archive:thing@1.0.0'),
      hint: expect.stringContaining('mcp-run pin --accept file://'),
    })
    await pinPackage({ ...home.options, spec: readPackageSpec(spec, home.work), refresh: true })
    expect(await home.ensure(spec)).toMatchObject({ version: '1.0.1' })
  })

  it('the same version with other content, from elsewhere, is no conflict: no registry said what it is', async () => {
    await home.ensure(archive())
    await home.ensure(archive(MANIFEST, { name: 'other.tgz', cli: `${CLI}// other` }))
    expect(pins()).toEqual(['archive:thing@1.0.0', 'archive:thing@1.0.0'])
  })

  it('damage is mended from what is kept, though the archive is gone', async () => {
    const spec = archive()
    const { bin, pin } = await home.ensure(spec)
    rmSync(join(home.work, spec))
    await removeTree(packages(pin.tree))
    const again = await home.ensure(spec, { repair: true })
    expect(again.pin.tree).toBe(pin.tree)
    expect(again.pin.firstSeen).toBe(pin.firstSeen)
    expect(execFileSync(process.execPath, [bin]).toString()).toBe('hello')
    await forgetPins(packages(), listPins(packages()))
    expect(readdirSync(packages('files'))).toEqual([])
  })

  it('a kept archive that was changed does not mend', async () => {
    const spec = archive()
    const { pin } = await home.ensure(spec)
    writeFileSync(packages('files', `${pin.tree}.0.tgz`), tarball(MANIFEST, { 'cli.js': 'evil()' }))
    await expect(home.ensure(spec, { repair: true })).rejects.toMatchObject({ code: 'install-failed' })
  })

  it('one that is changed while it is read is what was read', async () => {
    const spec = archive()
    const path = join(home.work, spec)
    const install = home.install
    const installed = await home.ensure(spec, {
      install: async (request) => {
        writeFileSync(path, tarball(MANIFEST, { 'cli.js': 'evil()' }))
        return install(request)
      },
    })
    expect(readFileSync(installed.bin, 'utf8')).toBe(CLI)
    await expect(home.ensure(spec)).rejects.toThrow('it was replaced')
  })

  it.each([
    ['nothing', './none.tgz', 'there is no such file'],
    ['a folder', 'file:.', 'it is no file'],
    ['no archive', 'file:package.json', 'no tar archive'],
  ])('%s is refused, and nothing is left', async (_, spec, why) => {
    writeFileSync(join(home.work, 'package.json'), JSON.stringify(MANIFEST).repeat(20))
    await expect(home.ensure(spec)).rejects.toThrow(why)
    expect(existsSync(packages('index'))).toBe(false)
  })
})

describe('what an archive calls itself is no reason to trust it', () => {
  it('a widely used name is told at each start; nothing of that package’s is taken for it', async () => {
    const genuine = () => ['thing']
    const given = trusting({ genuine, publishers: [], profiled: false })
    const spec = archive()
    const text = 'archive:thing calls itself thing, which many run: nothing shows that it is'
    await home.ensure(spec, given)
    expect(home.said.filter((one) => one === text)).toHaveLength(1)
    await home.ensure(spec, given)
    expect(home.said.filter((one) => one === text)).toHaveLength(2)
  })

  it('it is no earlier version of the registry’s package, and hinders none', async () => {
    await home.ensure(archive({ ...MANIFEST, bin: { genuine: 'cli.js' } }))
    const installed = await home.ensure('thing@1.0.0')
    expect(installed.pin).toMatchObject({ name: 'thing', publisher: { user: 'ann' } })
    expect(readFileSync(installed.bin, 'utf8')).toBe('genuine')
    // And the other way round.
    await home.ensure(archive({ ...MANIFEST, version: '1.0.0' }, { name: 'third.tgz' }))
    expect(pins()).toEqual(['archive:thing@1.0.0', 'thing@1.0.0', 'archive:thing@1.0.0'])
  })

  it('a name like another’s is refused before anything is asked, and warned of once it is accepted', async () => {
    const spec = archive({ ...MANIFEST, name: 'postmrk-mcp' })
    const asked = registry.requests.length
    await expect(home.ensure(spec)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('postmrk-mcp is not @activecampaign/postmark-mcp'),
      hint: expect.stringContaining('--accept-name postmrk-mcp'),
    })
    expect(home.install.requests).toEqual([])
    expect(registry.requests).toHaveLength(asked)
    await home.ensure(spec, trusting({ acceptedNames: ['postmrk-mcp'] }))
    await home.ensure(spec)
    expect(home.said.at(-1)).toContain('archive:postmrk-mcp is not @activecampaign/postmark-mcp')
    // That it is pinned says nothing of the registry's package of that name.
    await expect(home.ensure('postmrk-mcp')).rejects.toThrow('postmrk-mcp is not @')
  })

  it('a profile is for its own package: an archive of another name is refused with it', async () => {
    const spec = archive()
    await expect(home.ensure(spec, trusting({ expects: 'exa-mcp-server' }))).rejects.toThrow(
      'the profile is for exa-mcp-server, and this is thing',
    )
    await home.ensure(spec)
    await expect(home.ensure(spec, trusting({ expects: 'exa-mcp-server' }))).rejects.toThrow(
      'is for exa-mcp-server',
    )
    await home.ensure(spec, trusting({ expects: 'thing' }))
  })

  it('what is bundled in it has no integrity of its own, whatever its npm-shrinkwrap.json says', async () => {
    const claimed = {
      version: '1.2.0',
      resolved: `${registry.url}left/-/1.2.0.tgz`,
      integrity: `sha512-${'A'.repeat(86)}==`,
    }
    const own = { name: 'thing', version: '1.0.0', bundleDependencies: ['left'] }
    const shrinkwrap = { lockfileVersion: 3, packages: { '': own, 'node_modules/left': claimed } }
    const more = [
      { path: 'package/npm-shrinkwrap.json', content: JSON.stringify(shrinkwrap) },
      { path: 'package/node_modules/left/package.json', content: '{"name":"left","version":"1.2.0"}' },
      { path: 'package/node_modules/left/index.js', content: 'exports.said = "bundled"' },
    ]
    const bundling = archive({ ...MANIFEST, bundledDependencies: ['left'] }, { more, name: 'bundling.tgz' })
    const { directory, pin } = await home.ensure(bundling)
    expect(readFileSync(join(directory, 'tree.txt'), 'utf8')).toContain('left@1.2.0 bundled')
    expect(pin.dependencies).toMatchObject({ signed: 0, unsigned: 0 })
    // Else what the registry has of that version would count as replaced.
    await home.ensure(archive())
  })

  it('what is bundled in it has no scripts run on the word of a profile, whatever it is called', async () => {
    const bundled = { name: 'left', version: '1.2.0', scripts: { install: 'touch ran' } }
    const more = [
      { path: 'package/node_modules/left/package.json', content: JSON.stringify(bundled) },
      { path: 'package/node_modules/left/index.js', content: 'exports.said = "bundled"' },
    ]
    const spec = archive({ ...MANIFEST, bundledDependencies: ['left'] }, { more })
    const profiled = trusting({ allowScripts: ['left'] })
    await expect(home.ensure(spec, profiled)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('left@1.2.0, whose install script the profile allows'),
    })
    expect(pins()).toEqual([])
    const { pin } = await home.ensure(spec)
    expect(pin).toMatchObject({ scripts: ['left@1.2.0'], ranScripts: [] })
    await expect(home.ensure(spec, profiled)).rejects.toMatchObject({ code: 'usage' })
    const own = trusting({ allowScripts: ['left'], allowPlacedScripts: ['left'] })
    expect((await home.ensure(spec, own)).pin.ranScripts).toEqual(['left@1.2.0'])
  })

  it('its install scripts run by a person’s word alone, not by a profile’s', async () => {
    const scripts = { postinstall: 'touch ran' }
    const spec = archive({ ...MANIFEST, scripts })
    const { directory, pin } = await home.ensure(spec, trusting({ allowScripts: ['thing'] }))
    expect(pin.scripts).toEqual(['thing@1.0.0'])
    expect(existsSync(join(directory, 'node_modules/thing/ran'))).toBe(false)
    const ran = await home.ensure(spec, trusting({ allowPlacedScripts: ['thing'] }))
    expect(ran.pin.ranScripts).toEqual(['thing@1.0.0'])
    expect(existsSync(join(ran.directory, 'node_modules/thing/ran'))).toBe(true)
  })
})

describe('what an archive holds stays in its folder', () => {
  it('paths that lead out, and links, are not unpacked', async () => {
    const evil = join(home.root, 'evil')
    const { directory } = await home.ensure(
      archive(MANIFEST, {
        more: [
          { path: 'package/../../../../../../evil', content: 'x' },
          { path: evil, content: 'x' },
          { path: 'package/passwd', symlink: '/etc/passwd' },
          { path: 'package/up', symlink: '../../..' },
          { path: 'package/up/evil', content: 'x' },
          { path: 'package/hard', hardlink: '/etc/passwd' },
        ],
      }),
    )
    const all = readdirSync(directory, { recursive: true, withFileTypes: true })
    expect(all.filter((one) => one.isSymbolicLink() && !one.parentPath.endsWith('.bin'))).toEqual([])
    expect(all.map(({ name }) => name).filter((name) => /^(passwd|hard)$/.test(name))).toEqual([])
    expect(readdirSync(home.root).sort()).toEqual(['global-npmrc', 'home', 'store', 'work'])
    expect(existsSync(evil)).toBe(false)
  })

  it.each(['package/package.json', 'elsewhere/package.json', 'package/./package.json'])(
    'two package.json that contradict one another are refused: %s',
    async (path) => {
      const second = JSON.stringify({ name: 'other', version: '9.0.0', bin: 'cli.js' })
      const spec = archive(MANIFEST, { more: [{ path, content: second }] })
      await expect(home.ensure(spec)).rejects.toMatchObject({ code: 'install-failed' })
      expect(pins()).toEqual([])
    },
  )

  it('it depends on registries alone: no other archive, folder or address comes with it', async () => {
    for (const left of [
      'file:../../config/archive-0.tgz',
      'file:/etc',
      'http://127.0.0.1:1/x.tgz',
      'git+file:///x',
    ]) {
      const spec = archive({ ...MANIFEST, dependencies: { left } })
      await expect(home.ensure(spec), left).rejects.toMatchObject({ code: 'install-failed' })
    }
    expect(pins()).toEqual([])
  })
})
