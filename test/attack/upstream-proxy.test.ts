import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addresses } from '../fixtures/internet/addresses.ts'
import type { Internet } from '../fixtures/internet/model.ts'
import { a } from '../fixtures/internet/records.ts'
import { expectSilence } from '../fixtures/internet/silence.ts'
import { type ConnectProxy, connectProxy } from '../fixtures/product/connect-proxy.ts'
import { history } from '../fixtures/product/history.ts'
import { patchedBuild } from '../fixtures/product/patched-build.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { insideShell } from '../fixtures/sandboxed/inside.ts'
import { NO_POLICY } from './rig/controls.ts'

const PROXY = { address: '203.0.113.128', port: 3128 }
const VIA = `${PROXY.address}:${PROXY.port}`
const SECRET = 'hunter2-71bd'
const PROFILE =
  'name: p\negress:\n  - { host: api.test, ports: [443] }\n  - { host: api.test, ports: [80] }\n'
const LOCAL = ['127.0.0.1', addresses.metadata, addresses.internal, addresses.host.v4]

let internet: Internet
let proxy: ConnectProxy
beforeAll(async () => {
  internet = await startInternet({ zones: { 'proxy.test': [a(PROXY.address)] } })
})
afterAll(() => internet.close())
beforeEach(async () => {
  const names = { 'api.test': addresses.api.v4, 'evil.test': addresses.evil.v4 }
  proxy = await connectProxy(internet, { ...PROXY, names })
  await internet.resetCounts()
})
afterEach(() => proxy.close())

const curl = 'curl -sk -m 4 -o /dev/null'

const HOST_WITH_FIELDS = `const s = require("net").connect(80, "api.test")
  s.write("GET / HTTP/1.1\\r\\nHost: api.test:80\\nProxy-Authorization: x\\r\\n\\r\\n"); s.resume(); s.on("error", () => {})`

/** What is tried, and the reasons of the rows that it leaves. */
const ATTACKS: readonly [string, string, readonly string[]][] = [
  ['dials the proxy itself', `${curl} http://${VIA}/`, ['raw-ip']],
  ['dials it by its name', `${curl} http://proxy.test:3128/`, ['undeclared']],
  ['asks it for a tunnel', `${curl} -p -x http://joe:${SECRET}@${VIA} https://evil.test/`, ['name-mismatch']],
  [
    'asks a declared host for a tunnel',
    `${curl} -p -x http://api.test:80 https://evil.test/`,
    ['name-mismatch'],
  ],
  ['dials an undeclared name', `${curl} https://evil.test/`, ['undeclared']],
  [
    'dials an undeclared address under a declared name',
    `${curl} --resolve api.test:443:${addresses.evil.v4} https://api.test/`,
    ['name-mismatch'],
  ],
  [
    'dials the address of an undeclared name under a declared one',
    `${curl} --connect-to api.test:443:evil.test:443 https://api.test/`,
    ['name-mismatch'],
  ],
  [
    'gives the address of a declared name another one',
    `${curl} --connect-to evil.test:443:api.test:443 https://evil.test/`,
    ['undeclared'],
  ],
  ['breaks out of the request by its Host', `node -e '${HOST_WITH_FIELDS}'`, ['malformed']],
]

describe.each(USERS)('52: as %s, a server', (user) => {
  const attack = async (script: string, dist?: string, args: readonly string[] = []) => {
    const env = { HTTPS_PROXY: `http://joe:${SECRET}@${VIA}` }
    const mcp: Product = product(internet, { user, env, ...(dist && { dist }) })
    const profile = mcp.profile('p', PROFILE)
    const { output } = await insideShell(mcp, profile, `${script}; true`, { args })
    return { output, flows: history(mcp.store, 'p').flows }
  }

  it.each(ATTACKS)('that %s gets nowhere', async (_, script, reasons) => {
    const { flows } = await expectSilence(internet, () => attack(script), {
      at: [...LOCAL, PROXY.address, addresses.evil.v4, addresses.evil.v6],
    })
    expect(proxy.requests).toEqual([])
    expect(flows.map(({ action }) => action)).toEqual(reasons.map(() => 'denied'))
    expect(flows.map(({ reason }) => reason)).toEqual(reasons)
  })

  it('never sees it', async () => {
    const { output } = await attack('env; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null')
    for (const hidden of [SECRET, 'PROXY', PROXY.address]) expect(output.toUpperCase()).not.toContain(hidden)
  })

  it('cannot have this machine’s own addresses dialled by it in monitor either', async () => {
    const script = LOCAL.map((host) => `${curl} http://${host}:8080/`).join('; ')
    const { flows } = await attack(script, undefined, ['--mode', 'monitor'])
    expect(proxy.requests).toEqual([])
    expect(flows.every(({ action, reason }) => action === 'denied' && reason === 'address-class')).toBe(true)
  })
})

it('52: control: with judges that say yes, the proxy is asked', async () => {
  const dist = patchedBuild(internet.folder(0), NO_POLICY)
  const mcp = product(internet, { user: 'root', dist, env: { HTTPS_PROXY: `http://${VIA}` } })
  const { evil } = addresses
  await insideShell(
    mcp,
    mcp.profile('p', PROFILE),
    `${curl} http://${evil.v4}/; ${curl} http://[${evil.v6}]/; true`,
  )
  expect(proxy.requests.map(({ target }) => target)).toEqual([`${evil.v4}:80`, `[${evil.v6}]:80`])
})
