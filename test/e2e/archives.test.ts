import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Internet, RunResult } from '../fixtures/internet/model.ts'
import { a } from '../fixtures/internet/records.ts'
import { expectSilence } from '../fixtures/internet/silence.ts'
import { history } from '../fixtures/product/history.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { registryAt } from '../fixtures/product/registry-places.ts'
import { runOpen } from '../fixtures/product/run-open.ts'
import { said } from '../fixtures/product/said.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { type FixtureRegistry, startRegistry } from '../fixtures/registry.ts'
import { tarball } from '../fixtures/tar.ts'

const HOST = 'packages.test'
const ADDRESS = '203.0.113.95'
const SAYS = `#!/usr/bin/env node
const { execFileSync } = require('node:child_process')
const helper = execFileSync('say-helper').toString()
process.stdout.write(JSON.stringify({ own: require('./package.json').version, args: process.argv.slice(2), helper }))
`
const MANIFEST = { name: 'says', version: '1.0.0', bin: 'cli.js', dependencies: { helper: '1' } }

let internet: Internet
let registry: FixtureRegistry
let endPlace: () => unknown
beforeAll(async () => {
  internet = await startInternet({ zones: { [HOST]: [a(ADDRESS)] } })
  registry = await startRegistry([
    {
      manifest: { name: 'helper', version: '1.0.0', bin: { 'say-helper': 'cli.js' } },
      files: { 'cli.js': '#!/usr/bin/env node\nprocess.stdout.write("helper")\n' },
    },
    {
      manifest: { name: 'other', version: '2.0.0', bin: { tool: 'cli.js' } },
      files: {
        'cli.js': '#!/usr/bin/env node\nprocess.stdout.write(JSON.stringify(process.argv.slice(2)))\n',
      },
    },
    { manifest: { name: 'tavlly-mcp', version: '1.0.0', bin: 'cli.js' }, files: { 'cli.js': '' } },
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
  beforeEach(async () => {
    mcp = product(internet, { user })
    writeFileSync(join(mcp.home, '.npmrc'), `registry=http://${HOST}/\n`, { mode: 0o644 })
    chmodSync(mcp.cwd, 0o755)
    await internet.resetCounts()
  })
  const run = (...args: string[]): Promise<RunResult> => runOpen(mcp, args, 55_000).ended
  const archive = (manifest: object = {}, name = 'says-1.0.0.tgz') =>
    writeFileSync(join(mcp.cwd, name), tarball({ ...MANIFEST, ...manifest }, { 'cli.js': SAYS }))

  it('an archive is installed, with its dependencies from the registry alone, and runs with nothing declared', async () => {
    archive()
    const first = await expectSilence(internet, () => run('-y', './says-1.0.0.tgz', 'x'))
    expect(said(first)).toEqual({ own: '1.0.0', args: ['x'], helper: 'helper' })
    const text = first.stderr.toString()
    expect(text).toContain('archive:says@1.0.0: from no registry: who published it is not known')
    expect(text).toContain('mcp-run: archive-says: archive:says@1.0.0')
    expect(text).toContain('egress allow archive-says HOST:443')
    const { flows, alerts } = history(mcp.store, 'archive-says')
    expect(flows.every(({ phase, name }) => phase === 'install' && name === HOST)).toBe(true)
    expect(alerts).toEqual([])

    const asked = registry.requests.length
    expect(said(await run('npx', '-y', 'file:says-1.0.0.tgz', 'y'))).toMatchObject({ args: ['y'] })
    const pinned = await mcp.run(['pin', './says-1.0.0.tgz', '--verify'])
    expect(pinned.stdout.toString()).toContain('from no registry')
    expect(pinned.code).toBe(0)
    expect(registry.requests).toHaveLength(asked)
  })

  it('other content under its name is refused, until a person takes it', async () => {
    archive()
    await run('-y', './says-1.0.0.tgz')
    archive({ version: '1.0.1' })
    const refused = await run('-y', './says-1.0.0.tgz')
    expect(refused.code).toBe(2)
    expect(refused.stdout.toString()).toBe('')
    expect(refused.stderr.toString()).toMatch(/is not what it was when archive:says@1\.0\.0 was installed/)
    expect((await mcp.run(['pin', '--accept', './says-1.0.0.tgz'])).code).toBe(0)
    expect(said(await run('-y', './says-1.0.0.tgz'))).toMatchObject({ own: '1.0.1' })
    rmSync(join(mcp.cwd, 'says-1.0.0.tgz'))
    expect(said(await run('-y', './says-1.0.0.tgz'))).toMatchObject({ own: '1.0.1' })
    expect((await mcp.run(['unpin', './says-1.0.0.tgz'])).stdout.toString()).toContain('no longer pinned')
    expect((await run('-y', './says-1.0.0.tgz')).stderr.toString()).toContain('there is no such file')
  })

  it('one that calls itself a known server has neither its profile nor its word', async () => {
    archive({ name: 'exa-mcp-server', version: '3.4.1', bin: { x: 'cli.js' } }, 'exa-mcp-server-3.4.1.tgz')
    const result = await run('-y', './exa-mcp-server-3.4.1.tgz')
    expect(said(result)).toMatchObject({ own: '3.4.1' })
    const text = result.stderr.toString()
    expect(text).toContain('archive:exa-mcp-server calls itself exa-mcp-server, which many run')
    expect(text).toContain('no profile for archive:exa-mcp-server@3.4.1: everything it contacts is denied')
    const other = await run('--profile', 'tavily', '--', 'npx', './exa-mcp-server-3.4.1.tgz')
    expect(other.code).toBe(2)
    expect(other.stderr.toString()).toContain('the profile is for tavily-mcp, and this is exa-mcp-server')
  })

  it('several packages make one installation, whose commands all are there', async () => {
    archive()
    const own = await run('-y', '-p', 'other@2', '-p', './says-1.0.0.tgz', 'says', 'x')
    expect(said(own)).toMatchObject({ args: ['x'], helper: 'helper' })
    expect(own.stderr.toString()).toContain('mcp-run: other: other@2.0.0')
    const asked = registry.requests.length
    expect(said(await run('npx', '-y', '-p', 'other@2', '-p', './says-1.0.0.tgz', 'tool', 'y'))).toEqual([
      'y',
    ])
    const line = 'tool $(says a | sed s/[^a-z]//g)'
    expect(said(await run('-y', '-p', 'other@2', '-p', './says-1.0.0.tgz', '-c', line))[0]).toContain(
      'helper',
    )
    expect(registry.requests).toHaveLength(asked)
    const none = await run('-y', '-p', 'other@2', '-p', './says-1.0.0.tgz', 'absent')
    expect(none.code).toBe(2)
    expect(none.stderr.toString()).toContain("other, says has no command 'absent'")
    const profile = mcp.profile('own', 'name: own\npackage: { npm: other, version: 2.0.0 }\negress: []\n')
    const named = ['--', 'npx', '-y', '-p', 'other', '-p', './says-1.0.0.tgz', 'says', 'z']
    expect(said(await run('--profile', profile, ...named))).toMatchObject({ args: ['z'] })
    const alike = await run('-y', '-p', 'other', '-p', 'tavlly-mcp', 'tool')
    expect(alike.code).toBe(2)
    expect(alike.stderr.toString()).toContain('tavlly-mcp is not tavily-mcp')
  })
})
