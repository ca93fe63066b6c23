import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseArguments } from '../../../../cli/run/arguments.ts'
import { plan } from '../../../../cli/run/plan.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'plan-runners-')))
const profiles = {
  userDir: join(root, 'profiles'),
  builtinDir: fileURLToPath(new URL('../../../../profiles', import.meta.url)),
  compiled: join(root, 'no-such-file.json'),
  cwd: root,
}
beforeAll(() => {
  for (const folder of ['profiles', 'checkout', 'unbuilt', 'empty']) mkdirSync(join(root, folder))
  const write = (path: string, text: string) => writeFileSync(join(root, path), text)
  write('profiles/bare.yaml', 'name: bare\negress: []\n')
  write('profiles/other.yaml', 'name: other\npackage: { npm: other, version: 1.0.0 }\negress: []\n')
  write('profiles/by-uvx.yaml', 'name: by-uvx\ncommand: [uvx, tool==1]\nargs: [--quiet]\negress: []\n')
  write('profiles/pypi-allowed.yaml', 'egress: [{ host: a.test }]\n')
  write('profiles/npm-tool.yaml', 'egress: [{ host: a.test }]\n')
  write('profiles/archive-allowed.yaml', 'egress: [{ host: a.test }]\n')
  write('checkout/package.json', '{"name":"exa-mcp-server","bin":{"a":"a.js","b":"b.sh"}}')
  write('checkout/a.js', '')
  write('checkout/b.sh', '#!/bin/sh\n')
  write('unbuilt/package.json', '{"bin":"dist/x.js"}')
})
afterAll(() => rmSync(root, { recursive: true }))

const planned = (line: string) => {
  const args = parseArguments(line.split(' '))
  if (args.kind !== 'run') throw new Error('not a run')
  const { target, loaded, undeclared } = plan(args, profiles)
  return { target, name: loaded.profile.name, undeclared }
}

describe('plan', () => {
  it.each<readonly [string, object]>([
    [
      'npx -y exa-mcp-server x',
      {
        name: 'exa',
        undeclared: false,
        target: { kind: 'package', spec: { version: '3.4.1' }, args: ['x'] },
      },
    ],
    ['-- bunx figma-developer-mcp', { name: 'figma', target: { args: ['--stdio'] } }],
    [
      '--profile bare -- npx -y exa-mcp-server',
      { name: 'bare', target: { spec: { version: null }, args: [] } },
    ],
    ['npx -p exa-mcp-server exa x', { name: 'exa', target: { bin: 'exa', args: ['x'] } }],
    ['bunx --bun exa-mcp-server', { target: { kind: 'package', bun: true } }],
    ['uvx tool x', { name: 'pypi-tool', undeclared: true, target: { kind: 'python', args: ['x'] } }],
    // What a person allowed npm's package of that name is not Python's.
    ['uvx npm-tool', { name: 'pypi-npm-tool', undeclared: true }],
    ['uvx allowed', { name: 'pypi-allowed', undeclared: false }],
    ['uvx exa', { name: 'pypi-exa', undeclared: true }],
    ['--profile bare -- uvx tool', { name: 'bare', undeclared: false, target: { kind: 'python' } }],
    ['--profile other --accept-name tool -- uvx tool', { name: 'other', target: { kind: 'python' } }],
    [
      '--profile by-uvx x',
      {
        name: 'by-uvx',
        target: { kind: 'python', request: { package: { versions: '==1' } }, args: ['--quiet', 'x'] },
      },
    ],
    [
      '-y -p ./checkout a x',
      {
        name: 'folder-checkout',
        undeclared: true,
        target: {
          kind: 'command',
          command: ['node', join(root, 'checkout/a.js'), 'x'],
          folder: join(root, 'checkout'),
        },
      },
    ],
    [
      '-y file:./checkout-1.0.0.tgz x',
      {
        ...{ name: 'archive-checkout', undeclared: true },
        target: {
          ...{ kind: 'package', bin: null, args: ['x'] },
          spec: {
            name: 'archive:checkout',
            origin: { kind: 'file', address: join(root, 'checkout-1.0.0.tgz') },
          },
        },
      },
    ],
    // Neither what an archive is called nor what it calls itself finds a profile.
    ['-y ./exa-mcp-server-3.4.1.tgz', { name: 'archive-exa-mcp-server', undeclared: true }],
    ['-y ./allowed-1.0.0.tgz', { name: 'archive-allowed', undeclared: false }],
    [
      '--profile other -- npx ./any.tgz',
      { name: 'other', target: { spec: { name: 'archive:any' }, args: [] } },
    ],
    [
      'npx -p exa-mcp-server -p ./any.tgz -p b tool x',
      {
        ...{ name: 'exa', undeclared: false },
        target: {
          ...{ bin: 'tool', args: ['x'] },
          spec: { version: '3.4.1', beside: [{ name: 'archive:any' }, { name: 'b', version: null }] },
        },
      },
    ],
    ['-y -p b -p exa-mcp-server tool', { name: 'b', undeclared: true }],
    [
      '--profile bare -- npx -p ./checkout b',
      { name: 'bare', target: { command: [join(root, 'checkout/b.sh')] } },
    ],
  ])('%s', (line, expected) => {
    expect(planned(line)).toMatchObject(expected)
  })

  it.each([
    ['--profile other -- uvx tool', 'the profile other is for other, and pypi:tool is another package'],
    ['--profile other -- npx exa-mcp-server', 'the profile other is for other'],
    ['-y ./checkout', 'checkout has several commands'],
    ['-y ./unbuilt', 'no command of it is there'],
    ['-y ./empty', 'it has no package.json'],
    ['-y ./missing', 'is not in the registry'],
    ['-y -p ./checkout -p exa-mcp-server a', './checkout is a folder'],
    ['-y file:./empty', 'it has no package.json'],
    ['-- node x.js', 'needs a profile'],
  ])('%s: %s', (line, message) => {
    expect(() => planned(line)).toThrow(message)
  })
})
