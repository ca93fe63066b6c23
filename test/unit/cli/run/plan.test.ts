import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { parseArguments, type RunArguments } from '../../../../cli/run/arguments.ts'
import { ownCommand, packageCommand, plan, wantedShares } from '../../../../cli/run/plan.ts'
import type { InstalledPackage } from '../../../../runtime/packages/ensure-package.ts'

const BUILT_IN = fileURLToPath(new URL('../../../../profiles', import.meta.url))
const root = realpathSync(mkdtempSync(join(tmpdir(), 'plan-')))
const profiles = {
  userDir: join(root, 'profiles'),
  builtinDir: BUILT_IN,
  compiled: join(root, 'no-such-file.json'),
  cwd: root,
}
beforeAll(() => {
  for (const folder of ['profiles', 'in', 'in/deep', 'out', 'store']) mkdirSync(join(root, folder))
  const write = (name: string, text: string) => writeFileSync(join(root, 'profiles', `${name}.yaml`), text)
  write('own', 'name: own\ncommand: [node, server.js]\nargs: [--quiet]\negress: []\n')
  write('bare', 'name: bare\negress: []\n')
  write('open', 'name: open\nmode: monitor\negress: [{ host: a.test }]\ncallback-ports: [3334]\n')
  write('files', 'name: files\negress: []\nfiles: { read: [in], write: [out, in/deep] }\n')
})
afterAll(() => rmSync(root, { recursive: true }))

const parsed = (...argv: string[]): RunArguments => {
  const args = parseArguments(argv)
  if (args.kind !== 'run') throw new Error('not a run')
  return args
}
const NATIVE = { name: 'native', owner: null } as const
const DOCKER = { name: 'docker', owner: null } as const
const planned = (...argv: string[]) => plan(parsed(...argv), profiles)

describe('plan', () => {
  it.each<readonly [string, readonly string[], object, object]>([
    [
      'a profile’s package',
      ['--profile', 'exa', 'x'],
      { kind: 'package', spec: { name: 'exa-mcp-server', version: '3.4.1' }, bin: null, args: ['x'] },
      { undeclared: false },
    ],
    [
      'npx’s form of a package with a profile, in the version that was recorded',
      ['-y', 'exa-mcp-server'],
      { kind: 'package', spec: { name: 'exa-mcp-server', version: '3.4.1' }, args: [] },
      { undeclared: false },
    ],
    [
      'npx’s form with a version of its own',
      ['-y', 'exa-mcp-server@3.0.0', '--x'],
      { spec: { name: 'exa-mcp-server', version: '3.0.0' }, args: ['--x'] },
      { undeclared: false },
    ],
    [
      'a package without a profile',
      ['-y', '@scope/unheard-of', 'a'],
      { spec: { name: '@scope/unheard-of', version: null }, args: ['a'] },
      { undeclared: true },
    ],
    [
      'one of a package’s commands',
      ['-p', 'pkg@1', 'tool', 'a'],
      { spec: { name: 'pkg', version: '1' }, bin: 'tool', args: ['a'] },
      { undeclared: true },
    ],
    [
      'another package under a profile, where it is meant',
      ['--profile', 'postmark', '--accept-name', 'postmark-mcp', '-p', 'postmark-mcp', 'x'],
      { spec: { name: 'postmark-mcp' }, bin: 'x' },
      {},
    ],
    [
      'a command of one’s own',
      ['--profile', 'exa', '--', 'node', 'x.js'],
      { kind: 'command', command: ['node', 'x.js'] },
      {},
    ],
    [
      'a profile’s command, its arguments before the user’s',
      ['--profile', 'own', 'a'],
      { kind: 'command', command: ['node', 'server.js', '--quiet', 'a'] },
      {},
    ],
  ])('%s', (_, argv, target, facts) => {
    const result = planned(...argv)
    expect(result.target).toMatchObject(target)
    expect(result).toMatchObject(facts)
  })

  it('denies everything where no profile speaks', () => {
    const { loaded } = planned('-y', '@scope/unheard-of')
    expect(loaded.profile).toMatchObject({ egress: [], mode: 'enforce', env: { pass: [], set: {} } })
    expect(loaded.profile.name).toMatch(/^[a-z0-9][a-z0-9._-]*$/)
  })

  it('leaves a profile no way out where docker run has --network none', () => {
    const run = (...options: string[]) =>
      planned('--profile', 'open', '--', 'docker', 'run', ...options, 'owner/image')
    const [open, closed] = [run(), run('--network', 'none')]
    expect(open.loaded.profile).toMatchObject({ mode: 'monitor', callbackPorts: [3334] })
    expect(open.loaded.profile.egress).toHaveLength(1)
    const cut = { egress: [], callbackPorts: [], mode: 'enforce' }
    expect(closed.loaded.profile).toEqual({ ...open.loaded.profile, ...cut })
    expect(closed.loaded.digest).not.toBe(open.loaded.digest)
  })

  it.each<readonly [readonly string[], string, RegExp]>([
    [
      ['--mode', 'monitor', '--', 'docker', 'run', '--network', 'none', 'owner/image'],
      'usage',
      /--network none/,
    ],
    [
      ['--profile', 'postmark', '-p', 'postmark-mcp', 'x'],
      'usage',
      /the profile postmark is for @activecampaign\/postmark-mcp, and postmark-mcp is another package/,
    ],
    [['--', 'node', 'x.js'], 'usage', /needs a profile/],
    [['--profile', 'bare'], 'profile-invalid', /names no package, image or command/],
    [['--profile', 'nosuch'], 'profile-not-found', /nosuch/],
  ])('refuses %j', (argv, code, message) => {
    expect(() => planned(...argv)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    )
  })
})

describe('wantedShares', () => {
  const context = { cwd: root, store: join(root, 'store') }
  const shares = (...argv: string[]) => {
    const args = parsed(...argv)
    return wantedShares(plan(args, profiles).loaded, args.options, context).map(
      ({ target, write }) => `${target.slice(root.length)} ${write}`,
    )
  }

  it('has the profile’s and the command line’s, outer folders first', () => {
    expect(shares('--profile', 'files', '--allow-read', 'store/..//in', '--', 'x')).toEqual([
      '/in false',
      '/out true',
      '/in/deep true',
    ])
  })

  it('lets writing win where one folder is asked for both ways', () => {
    expect(shares('--profile', 'bare', '--allow-write', 'in', '--allow-read', 'in', '--', 'x')).toEqual([
      '/in true',
    ])
  })
})

describe('the command in the sandbox', () => {
  it('sees the package under one path, the node under its own', () => {
    const directory = '/store/packages/abc'
    const command = ['/usr/bin/node', '--flag', `${directory}/node_modules/x/cli.js`, `${directory}-other/y`]
    expect(packageCommand({ directory, command } as unknown as InstalledPackage)).toEqual({
      command: ['/usr/bin/node', '--flag', '/package/node_modules/x/cli.js', `${directory}-other/y`],
      share: { source: directory, target: '/package', write: false },
    })
  })

  it('sees the working folder, and its program where it is elsewhere', () => {
    const context = { cwd: join(root, 'in'), store: join(root, 'store') }
    const folder = { source: context.cwd, target: context.cwd, write: false }
    expect(ownCommand(['node', 'x.js'], context, NATIVE)).toMatchObject({
      shares: [folder],
      cwd: context.cwd,
    })
    expect(ownCommand(['./tool'], context, NATIVE)).toMatchObject({ shares: [folder], cwd: context.cwd })
    writeFileSync(join(root, 'out', 'tool'), '')
    const tool = join(root, 'out', 'tool')
    expect(ownCommand([tool], context, NATIVE).shares).toEqual([
      folder,
      { source: tool, target: tool, write: false },
    ])
    expect(ownCommand(['x'], { ...context, cwd: root }, NATIVE)).toMatchObject({ shares: [], cwd: null })
  })

  it('has the program of its image where it is in a container, and none that is made for another system', () => {
    const context = { cwd: join(root, 'in'), store: join(root, 'store') }
    const tool = join(root, 'out', 'mac-tool')
    const folder = { source: context.cwd, target: context.cwd, write: false }
    const path = process.env.PATH
    onTestFinished(() => {
      process.env.PATH = path
    })
    process.env.PATH = join(root, 'out')
    writeFileSync(tool, '#!/bin/sh\n', { mode: 0o755 })
    const program = { source: tool, target: tool, write: false }
    expect(ownCommand(['mac-tool'], context, NATIVE).shares).toEqual([folder, program])
    expect(ownCommand(['mac-tool'], context, DOCKER).shares).toEqual([folder])
    expect(ownCommand([tool], context, DOCKER).shares).toEqual([folder, program])
    for (const [head, system] of [
      ['cffaedfe07000001', 'macOS'],
      ['cafebabe00000002', 'macOS'],
      ['4d5a9000', 'Windows'],
    ] as const) {
      writeFileSync(tool, Buffer.from(head, 'hex'))
      expect(() => ownCommand([tool], context, DOCKER)).toThrow(
        `is made for ${system}, and a container is Linux`,
      )
      expect(ownCommand([tool], context, NATIVE).shares).toEqual([folder, program])
    }
  })
})
