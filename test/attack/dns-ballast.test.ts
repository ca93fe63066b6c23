import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { patchedBuild } from '../fixtures/product/patched-build.ts'
import { type Product, product, USERS, type User } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { message, name, question, words } from '../unit/protocol/dns-bytes.ts'
import { KIT } from './rig/barrage.ts'
import { NO_NETWORK } from './rig/controls.ts'
import { readHistory } from './rig/history.ts'
import { framed, send } from './rig/kit.ts'
import { runToEnd } from './rig/run-to-end.ts'
import { tapWire } from './rig/wiretap.ts'

const TXT = 16
/** An OPT record with one option that holds the secret. */
function option(code: number, secret: string): Buffer {
  const data = Buffer.from(secret)
  return Buffer.concat([Buffer.alloc(1), words(41, 1232, 0, 0, data.length + 4, code, data.length), data])
}

const asked = (...labels: readonly string[]): Buffer => question(name(...labels), TXT)
const withOption = (code: number, secret: string): Buffer =>
  message({ questions: [asked('api', 'test')], additionals: [option(code, secret)] })

/** What a question for a declared name can carry beside it, and the bytes of it that must not be on the wire. */
const BALLAST = [
  { what: 'an EDNS option for local use', secret: 'secret-1', bytes: withOption(65_001, 'secret-1') },
  { what: 'EDNS padding', secret: 'secret-2', bytes: withOption(12, 'secret-2') },
  { what: 'an EDNS cookie', secret: 'secret-3', bytes: withOption(10, 'secret-3') },
  { what: 'an EDNS client subnet', secret: 'secret-4', bytes: withOption(8, 'secret-4') },
  {
    what: 'upper and lower case',
    secret: 'aPI\x04tEsT',
    bytes: message({ questions: [asked('aPI', 'tEsT')] }),
  },
  { what: 'an EDNS option, over TCP', secret: 'secret-5', bytes: withOption(65_001, 'secret-5'), tcp: true },
] as const

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet?.close())

async function onTheWire(user: User, dist?: string): Promise<{ mcp: Product; wire: string }> {
  const mcp = product(internet, { user, ...(dist && { dist }) })
  const profile = mcp.profile('p', `name: p\negress:\n  - host: api.test\nfiles: { read: [${KIT}] }\n`)
  const sent = BALLAST.map((each) => {
    const way = 'tcp' in each ? 'tcp' : 'udp'
    return send(way, internet.addresses.resolver.v4, 53, [way === 'tcp' ? framed(each.bytes) : each.bytes])
  })
  const script = [`KIT=${KIT}`, ...sent.map((command) => `(${command}) &`), 'wait'].join('\n')
  const wiretap = await tapWire(internet)
  await runToEnd(mcp.spawn(['--profile', profile, '--', 'sh', '-c', script]), 20_000)
  return { mcp, wire: (await wiretap.stop()).toString('latin1') }
}

describe.each(USERS)('row 1, asked for a declared name, as %s', (user) => {
  let seen: Awaited<ReturnType<typeof onTheWire>>
  beforeAll(async () => {
    seen = await onTheWire(user)
  })

  it('the name goes up', async () => {
    expect(seen.wire).toContain('\x03api\x04test')
    const { dns } = await readHistory(seen.mcp, 'p')
    const row = { name: 'api.test', type: 'TXT', action: 'allowed', rcode: 'NOERROR' }
    expect(dns).toEqual(BALLAST.map(() => expect.objectContaining(row)))
  })

  it.each(BALLAST)('$what stays behind', ({ secret }) => {
    expect(seen.wire).not.toContain(secret)
  })
})

describe('row 1, in the host network', () => {
  let wire = ''
  beforeAll(async () => {
    wire = (await onTheWire('root', patchedBuild(internet.folder(0), NO_NETWORK))).wire
  })

  it.each(BALLAST)('$what goes along', ({ secret }) => {
    expect(wire).toContain(secret)
  })
})
