import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressOf, containerOutput, startContainer } from '../../fixtures/engine/containers.ts'
import type { Engine } from '../../fixtures/engine/engine.ts'
import type { Internet } from '../../fixtures/internet/model.ts'
import { product, USERS } from '../../fixtures/product/product.ts'
import { engineOf, startInternet } from '../../fixtures/product/sandbox.ts'
import { readHistory } from '../rig/history.ts'
import { type HostListener, listenOnHost } from '../rig/host-listener.ts'
import { runToEnd } from '../rig/run-to-end.ts'

const PORT = 4000
const GATEWAY = '172.17.0.1'
const GREETING = 'greetings'

let internet: Internet
let engine: Engine
let host: HostListener
let neighbour: string
beforeAll(async () => {
  internet = await startInternet()
  engine = engineOf(internet) as Engine
  host = await listenOnHost(internet, [PORT])
  const id = await startContainer(engine, `while echo ${GREETING} | nc -lN ${PORT}; do :; done`)
  neighbour = await addressOf(engine, id)
})
afterAll(() => internet?.close())

/** Says a word at each place, and what it hears there. */
const script = (places: readonly string[]): string =>
  places.map((place) => `echo word | nc -N -w 3 ${place} ${PORT}`).join('; ')
const places = () => [neighbour, GATEWAY, internet.addresses.host.v4, 'host.docker.internal']

it('a container as it comes reaches its neighbour, the gateway and the host', async () => {
  expect(await containerOutput(engine, script(places()))).toContain(GREETING)
  expect(host.received.get(PORT)).toBe(3 * 'word\n'.length)
})

describe.each(USERS)('as %s', (user) => {
  it('a server reaches none of them, and each attempt is told', async () => {
    const before = host.received.get(PORT)
    const mcp = product(internet, { user })
    const profile = mcp.profile('p', 'name: p\negress: []\n')
    const args = ['--profile', profile, '--', 'sh', '-c', `${script(places())}; echo over`]
    const { stdout } = await runToEnd(mcp.spawn(args), 40_000)
    expect(stdout).toBe('over\n')
    expect(host.received.get(PORT)).toBe(before)
    const { flows, dns } = await readHistory(mcp, 'p')
    expect(flows.map(({ address, action }) => `${address} ${action}`)).toEqual(
      expect.arrayContaining(
        [neighbour, GATEWAY, internet.addresses.host.v4].map((each) => `${each} denied`),
      ),
    )
    expect(dns.map(({ name, action }) => `${name} ${action}`)).toContain('host.docker.internal denied')
  })
})
