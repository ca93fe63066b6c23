import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { a } from '../fixtures/internet/records.ts'
import { type Patch, patchedBuild } from '../fixtures/product/patched-build.ts'
import { product, USERS, type User } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { clientHello, extension, serverName } from '../unit/protocol/hello-bytes.ts'
import { KIT } from './rig/barrage.ts'
import { first } from './rig/controls.ts'
import { type History, readHistory } from './rig/history.ts'
import { DIG, send } from './rig/kit.ts'
import { type Measured, measured } from './rig/measure.ts'
import { runToEnd } from './rig/run-to-end.ts'

const INNER = '10.9.8.77'
const PUBLIC = '203.0.113.177'

let internet: Internet
beforeAll(async () => {
  internet = await startInternet({
    zones: {
      'moving.test': { successive: [[a(PUBLIC, 0)], [a(INNER, 0)]], after: 'start-over' },
      'mixed.test': [a(INNER, 0), a(PUBLIC, 0)],
    },
  })
})
afterAll(() => internet?.close())

interface Run extends Measured {
  readonly stdout: string
  readonly history: History
  /** Rows of the report that are declared. */
  readonly declared: readonly { readonly name: string; readonly inspection: string }[]
}

async function run(user: User, hosts: readonly string[], script: string, dist?: string): Promise<Run> {
  const mcp = product(internet, { user, ...(dist && { dist }) })
  const egress = hosts.map((host) => `  - host: ${host}`).join('\n')
  const profile = mcp.profile('good', `name: good\negress:\n${egress}\nfiles: { read: [${KIT}] }\n`)
  const args = ['--profile', profile, '--', 'sh', '-c', `KIT=${KIT}; ${script}`]
  const { result, ...measures } = await measured(internet, undefined, () => runToEnd(mcp.spawn(args), 30_000))
  const report = JSON.parse(await mcp.egress(['report', '--server', 'good', '--format', 'json']))
  const declared = report.servers[0].destinations.filter(
    ({ declaration, port }: { declaration: string; port: number }) =>
      declaration === 'declared' && port !== 53,
  )
  return { ...measures, stdout: result.stdout, history: await readHistory(mcp, 'good'), declared }
}

function bytesAt({ before, after }: Measured, ...addresses: readonly string[]): number {
  return addresses.reduce((sum, address) => {
    const key = `${address} 443`
    return sum + (after.payload.get(key)?.read ?? 0) - (before.payload.get(key)?.read ?? 0)
  }, 0)
}

const URLS = ['https://API.TEST./', 'https://api.test/', 'https://Api.Test:443/', 'https://aPI.TEST.:443/x']
const SPELLINGS = URLS.map((url) => `curl -sSk -m 5 -o /dev/null -w '%{http_code} ' ${url}`).join('; ')
const SHOUTED = send('tcp', '203.0.113.10', 443, [clientHello(serverName('API.Test.'))])
/** Names stay as they are written. */
const NO_NORMAL_FORM: readonly Patch[] = [first('normaliseName', 'return arguments[0];')]

const MOVE = `getent ahostsv4 moving.test; curl -sSk -m 3 https://moving.test/; curl -sSk -m 3 https://mixed.test/`
/** An answer is asked for anew each time, and is dialled whatever it is. */
const NO_CHECK: readonly Patch[] = [
  { file: 'mcp-run.cjs', find: /known\d*\.until>now\d*(?=\)return known\d*\.resolved)/, replace: '!1' },
  {
    file: 'mcp-run.cjs',
    find: 'resolved.filter(address=>mayDial(address,target.resolves))',
    replace: 'resolved',
  },
]

const FRONTED = `curl -sSk -m 5 -H 'Host: evil.test' https://api.test/`
const NO_STRIPPING: readonly Patch[] = [first('withoutHiddenParams', 'return arguments[0];')]
const ECH = clientHello(serverName('ech.test'), extension(0xfe0d, Buffer.alloc(200)))

describe.each(USERS)('as %s', (user) => {
  it('row 8: one row under one normal name, and every byte of it', async () => {
    const { api } = internet.addresses
    const seen = await run(user, ['api.test'], `${SPELLINGS}; ${SHOUTED}`)
    expect(seen.stdout).toContain('200 200 200 404 connected\n')
    expect(seen.declared.map(({ name }) => name)).toEqual(['api.test'])
    expect(new Set(seen.history.flows.map(({ name, action }) => `${name} ${action}`))).toEqual(
      new Set(['api.test allowed']),
    )
    const sent = seen.history.flows.reduce((sum, { bytesSent }) => sum + bytesSent, 0)
    expect(sent).toBe(bytesAt(seen, api.v4, api.v6))
    expect(seen.history.alerts).toEqual([])
  })

  it('row 13: the address that was checked is the one that is dialled', async () => {
    const seen = await run(user, ['moving.test', 'mixed.test'], MOVE)
    expect(bytesAt(seen, PUBLIC)).toBeGreaterThan(0)
    expect(bytesAt(seen, INNER)).toBe(0)
    expect(seen.after.packets.get(INNER)).toBe(seen.before.packets.get(INNER))
  })

  it('row 25: what is inside TLS is told as not inspected', async () => {
    const seen = await run(user, ['api.test'], FRONTED)
    expect(seen.declared.map(({ inspection }) => inspection)).toEqual(['uninspected'])
    expect(seen.history.flows.map(({ inspection }) => inspection)).toEqual(['uninspected'])
  })

  it('row 26: no ECH keys are given, and ECH to a declared name is told', async () => {
    const { v4 } = internet.addresses.api
    const script = `${DIG} HTTPS ech.test; getent ahosts ech.test; ${send('tcp', v4, 443, [ECH])}`
    const seen = await run(user, ['ech.test'], script)
    expect(seen.stdout).toMatch(/^ech\.test\.\s.*\sHTTPS\s/m)
    expect(seen.stdout).not.toContain('ech=')
    expect(seen.history.flows).toEqual([expect.objectContaining({ ech: true, inspection: 'uninspected' })])
  })

  it('row 20: a client that tries QUIC first is served over TCP', async () => {
    const { v4 } = internet.addresses.api
    const quic = send('udp', v4, 443, [Buffer.alloc(1200, 0xc3)])
    const seen = await run(
      user,
      ['api.test'],
      `getent ahosts api.test; ${quic}; curl -sk -m 5 https://api.test/`,
    )
    expect(seen.stdout).toContain('hello')
    expect(seen.history.alerts.map(({ severity, reason }) => [severity, reason])).toEqual([['info', 'udp']])
  })
})

describe('without the guards', () => {
  const patched = (patches: readonly Patch[]): string => patchedBuild(internet.folder(0), patches)

  it('row 8: each spelling is a name of its own', async () => {
    const seen = await run('root', ['api.test'], `${SPELLINGS}; ${SHOUTED}`, patched(NO_NORMAL_FORM))
    expect(new Set(seen.history.flows.map(({ name }) => name)).size).toBeGreaterThan(1)
  })

  it('row 13: the second answer is dialled', async () => {
    const seen = await run('root', ['moving.test', 'mixed.test'], MOVE, patched(NO_CHECK))
    expect(bytesAt(seen, INNER)).toBeGreaterThan(0)
  })

  it('row 26: ECH keys reach the client', async () => {
    const seen = await run('root', ['ech.test'], `${DIG} HTTPS ech.test`, patched(NO_STRIPPING))
    expect(seen.stdout).toContain('ech=')
  })
})
