import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Internet, RunResult } from '../../fixtures/internet/model.ts'
import { a } from '../../fixtures/internet/records.ts'
import { type Product, product, USERS } from '../../fixtures/product/product.ts'
import { registryAt } from '../../fixtures/product/registry-places.ts'
import { runOpen } from '../../fixtures/product/run-open.ts'
import { said } from '../../fixtures/product/said.ts'
import { startInternet } from '../../fixtures/product/sandbox.ts'
import { type FixtureRegistry, startRegistry } from '../../fixtures/registry.ts'

const HOST = 'packages.test'
const ADDRESS = '203.0.113.94'
const SAYS = `#!/usr/bin/env node
const { execFileSync } = require('node:child_process')
const helper = execFileSync('say-helper').toString()
process.stdout.write(JSON.stringify({ by: 'node', args: process.argv.slice(2), helper }))
`
const BUN = '#!/bin/sh\necho "{\\"by\\":\\"bun\\",\\"args\\":\\"$*\\"}"\n'

let internet: Internet
let registry: FixtureRegistry
let endPlace: () => unknown
beforeAll(async () => {
  internet = await startInternet({ zones: { [HOST]: [a(ADDRESS)] } })
  registry = await startRegistry([
    {
      manifest: { name: 'says', version: '1.0.0', bin: 'cli.js', dependencies: { helper: '1' } },
      files: { 'cli.js': SAYS },
    },
    {
      manifest: { name: 'helper', version: '1.0.0', bin: { 'say-helper': 'cli.js' } },
      files: { 'cli.js': '#!/usr/bin/env node\nprocess.stdout.write("helper")\n' },
    },
    {
      manifest: { name: 'wants-bun', version: '1.0.0', bin: 'cli.ts' },
      files: { 'cli.ts': '#!/usr/bin/env bun\n' },
    },
  ])
  endPlace = await registryAt(internet, registry, { address: ADDRESS, port: 80 })
})
afterAll(async () => {
  await endPlace()
  await registry.close()
  await internet.close()
})

describe.each(USERS)('as %s', (user) => {
  let mcp: Product
  const begin = (env: Readonly<Record<string, string>> = {}) => {
    mcp = product(internet, { user, env })
    writeFileSync(join(mcp.home, '.npmrc'), `registry=http://${HOST}/\n`, { mode: 0o644 })
  }
  beforeEach(() => begin())
  const run = (...args: string[]): Promise<RunResult> => runOpen(mcp, args, 55_000).ended

  it('each of npm’s kind is the package form: one installation, one pin, the same server', async () => {
    const expected = { by: 'node', args: ['--flag', 'x'], helper: 'helper' }
    expect(said(await run('-y', 'says', '--flag', 'x'))).toEqual(expected)
    const asked = registry.requests.length
    for (const line of [
      '-- npx -y says --flag x',
      'cmd /c npx.cmd -y says --flag x',
      'npm exec -- says --flag x',
      'bunx says --flag x',
    ]) {
      expect(said(await run(...line.split(' '))), line).toEqual(expected)
    }
    expect(registry.requests).toHaveLength(asked)
  })

  it('a profile that is named holds for what stands after --', async () => {
    const own = mcp.profile(
      'own',
      'name: own\npackage: { npm: says, version: 1.0.0 }\nargs: [--first]\negress: []\n',
    )
    expect(said(await run('--profile', own, '--', 'npx', '-y', 'says', 'x'))).toMatchObject({
      args: ['--first', 'x'],
    })
    const other = await run('--profile', own, '--', 'npx', '-y', 'helper')
    expect(other.code).toBe(2)
    expect(other.stderr.toString()).toContain('the profile own is for says, and helper is another package')
  })

  it('-c runs a line with the package’s commands in its PATH', async () => {
    const line = 'X=$(says a); echo "$X" | sed s/node/shell/'
    expect(said(await run('-y', '-p', 'says', '-c', line))).toMatchObject({ by: 'shell', args: ['a'] })
  })

  it('a folder is run as it is, with nothing installed and no profile by its own word', async () => {
    const folder = join(mcp.cwd, 'checkout')
    mkdirSync(folder)
    writeFileSync(join(folder, 'package.json'), '{"name":"exa-mcp-server","bin":"cli.js"}')
    writeFileSync(
      join(folder, 'cli.js'),
      'process.stdout.write(JSON.stringify([process.argv.slice(2), require("./lib.js")]))',
    )
    writeFileSync(join(folder, 'lib.js'), 'module.exports = "beside it"')
    for (const path of [mcp.cwd, folder]) chmodSync(path, 0o755)
    const asked = registry.requests.length
    const result = await run('-y', './checkout', 'x')
    expect(said(result)).toEqual([['x'], 'beside it'])
    expect(result.stderr.toString()).toContain('mcp-run: folder-checkout: own command')
    expect(registry.requests).toHaveLength(asked)
  })

  it('bun runs what asks for it, or all with --bun; without bun there is an error', async () => {
    const none = await run('bunx', '--bun', 'says')
    expect(none.code).toBe(2)
    expect(none.stderr.toString()).toContain('runs with bun, which is not in the PATH')
    const programs = join(mcp.cwd, 'programs')
    mkdirSync(programs)
    writeFileSync(join(programs, 'bun'), BUN)
    for (const path of [mcp.cwd, programs, join(programs, 'bun')]) chmodSync(path, 0o755)
    begin({ PATH: `${programs}:${process.env.PATH}` })
    expect(said(await run('bunx', 'wants-bun', 'x'))).toEqual({
      by: 'bun',
      args: '/package/node_modules/wants-bun/cli.ts x',
    })
    expect(said(await run('bunx', '--bun', 'says'))).toEqual({
      by: 'bun',
      args: '/package/node_modules/says/cli.js',
    })
  })
})
