import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { removeTree } from '../../../runtime/packages/tree-files.ts'
import { STRICT } from '../../../runtime/packages/trust.ts'
import { CLI } from './archives.ts'
import { gitWorld, outputOf, packagesOf, ruleOf } from './git-world.ts'

const world = gitWorld({
  manifest: { name: 'builder', version: '1.0.0', bin: 'cli.js', scripts: { postinstall: 'touch ran' } },
  files: {
    'cli.js': `#!/usr/bin/env node
const fs = require('node:fs')
fs.mkdirSync('dist', { recursive: true })
fs.copyFileSync('src.js', 'dist/cli.js')
fs.writeFileSync('dist/seen.json', JSON.stringify(process.env))
`,
  },
})
const packages = (...path: string[]) => packagesOf(world, ...path)

describe('a repository whose command is built', () => {
  const BUILT = {
    ...{ name: 'built', version: '1.0.0', bin: 'dist/cli.js', files: ['dist'] },
    ...{
      scripts: { prepare: 'builder' },
      dependencies: { left: '^1.0.0' },
      devDependencies: { builder: '^1.0.0' },
    },
  }
  const repository = (name: string, manifest: object = BUILT, files: Record<string, string> = {}) => {
    const content = { 'package.json': JSON.stringify(manifest), 'src.js': CLI, ...files }
    world.far.commit(name, content)
    return `git+${world.far.url}${name}.git`
  }
  const allowed = { trust: { ...STRICT, allowPlacedScripts: ['built'] } }

  it('is refused, and says what helps, unless its scripts are allowed by a person', async () => {
    const spec = repository('ann/refused')
    for (const trust of [STRICT, { ...STRICT, allowScripts: ['built'] }]) {
      await expect(world.home.ensure(spec, { trust })).rejects.toMatchObject({
        message: expect.stringContaining('its prepare script makes it, which is not run'),
        hint: expect.stringContaining('--allow-scripts built'),
      })
    }
    expect(existsSync(packages('index'))).toBe(false)
  })

  it('is built with the registry alone in reach, and no credential where its scripts run', async () => {
    const spec = repository('ann/built', BUILT, {
      '.npmrc': 'registry=http://127.0.0.1:1/\nscript-shell=/nowhere\n',
    })
    const installed = await world.home.ensure(spec, allowed)
    expect(outputOf(installed.bin)).toBe('hello')
    expect(installed.pin).toMatchObject({ ranScripts: ['built@1.0.0'], scripts: [] })
    expect(existsSync(join(installed.directory, 'node_modules/built/src.js'))).toBe(false)
    expect(existsSync(join(installed.directory, 'node_modules/builder'))).toBe(false)
    const [fetching, needs, packing] = world.home.install.requests
    expect(fetching?.egress).toMatchObject([ruleOf(world.far.port)])
    for (const request of [needs, packing])
      expect(request?.egress).toMatchObject([ruleOf(world.registry.port)])
    expect(packing).toMatchObject({ label: 'prepare script of built@1.0.0', endsWhenDenied: true })
    expect(packing?.read.some((path) => path.includes('/stage/'))).toBe(false)
    expect(JSON.stringify(packing)).not.toContain('config/npmrc')

    const asked = world.far.requests.length
    expect((await world.home.ensure(spec, allowed)).pin).toEqual(installed.pin)
    await removeTree(packages(installed.pin.tree))
    const again = await world.home.ensure(spec, { ...allowed, repair: true })
    expect([again.pin.tree, outputOf(again.bin)]).toEqual([installed.pin.tree, 'hello'])
    expect(world.far.requests).toHaveLength(asked)
  })

  it('one that works as it is is built once that is allowed', async () => {
    const both = { ...BUILT, bin: { built: 'src.js', made: 'dist/cli.js' }, files: ['src.js', 'dist'] }
    const spec = repository('ann/both', both)
    const first = await world.home.ensure(spec)
    expect(first.pin).toMatchObject({ scripts: ['built@1.0.0'], ranScripts: [] })
    await expect(world.home.ensure(spec, { bin: 'made' })).rejects.toThrow("no command 'made'")
    const built = await world.home.ensure(spec, { ...allowed, bin: 'made' })
    expect(outputOf(built.bin)).toBe('hello')
    expect(built.pin.integrity).toBe(first.pin.integrity)
  })

  it.each([
    ['that fails', { prepare: 'echo no such tool >&2; exit 3' }, 'the prepare script of built@1.0.0 failed'],
    [
      'that makes another package of it',
      { prepare: 'echo \'{"name":"exa-mcp-server","version":"1.0.0"}\' > package.json' },
      'made another package of it',
    ],
    [
      'that leaves a link',
      { prepack: 'true', postpack: 'rm -f ../packed/*; ln -s /etc/passwd ../packed/x.tgz' },
      'cannot be read',
    ],
  ])('a script %s is refused', async (name, scripts, why) => {
    const spec = repository(`eve/${name.replaceAll(' ', '-')}`, { ...BUILT, scripts })
    await expect(world.home.ensure(spec, allowed)).rejects.toThrow(why)
    expect(existsSync(packages('index'))).toBe(false)
  })
})
