import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { withDescendants } from '../fixtures/internet/processes.ts'
import { containersOf } from '../fixtures/product/leftovers.ts'
import { type Patch, patchedBuild } from '../fixtures/product/patched-build.ts'
import { type Product, product, USERS, type User } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { NO_NETWORK, UNTIED } from './rig/controls.ts'
import { start } from './rig/live.ts'

const MEGABYTE = 1_000_000
const UPLOAD = 100 * MEGABYTE
/** For a container engine that has to build an image first. */
const START_MS = 40_000
/** Slow enough to be under way for ten seconds, when nothing ends it. */
const SCRIPT = (address: string) => `head -c ${UPLOAD} /dev/zero |
  curl -sSk --limit-rate 10M --resolve api.test:443:${address} -T - https://api.test/upload >/dev/null`

/** With a network of the host's as well: what a sandbox must not be. */
const FREE: readonly Patch[] = [...NO_NETWORK, ...UNTIED]

// One for each test: what goes on without the guard would be counted in the next.
let internet: Internet
beforeEach(async () => {
  internet = await startInternet()
})
afterEach(() => internet?.close())

/** Kills mcp-run in the middle of the upload; gives what had arrived one second later, and another one later. */
async function killed(user: User, dist?: string) {
  const { v4 } = internet.addresses.api
  const mcp = product(internet, { user, ...(dist && { dist }) })
  const profile = mcp.profile('uploader', 'name: uploader\negress:\n  - host: api.test\n')
  const live = start(mcp, ['--profile', profile, '--', 'sh', '-c', SCRIPT(v4)])
  await internet.until(v4, 443, { read: 5 * MEGABYTE }, START_MS)
  const family = withDescendants([live.pid])
  process.kill(live.pid, 'SIGKILL')
  await pause(1000)
  const after = (await internet.traffic()).payload.get(`${v4} 443`)?.read ?? 0
  await pause(1000)
  const later = (await internet.traffic()).payload.get(`${v4} 443`)?.read ?? 0
  const alive = [
    ...family.filter((pid) => existsSync(`/proc/${pid}`)),
    ...(await containersOf(mcp, live.pid)),
  ]
  return { mcp, live, after, later, alive }
}

async function report(mcp: Product): Promise<string> {
  return mcp.egress(['report', '--server', 'uploader', '--format', 'json'])
}

describe.each(USERS)('row 38, as %s', (user) => {
  it('stops at once when the recorder is killed, and the loss is told', async () => {
    const { mcp, live, after, later, alive } = await killed(user)
    expect(await live.ended()).toEqual({ code: null, signal: 'SIGKILL' })
    expect(later).toBe(after)
    expect(later).toBeLessThan(UPLOAD)
    expect(alive).toEqual([])
    const [server] = JSON.parse(await report(mcp)).servers
    expect(server.gaps).toContainEqual(expect.objectContaining({ kind: 'recorder-lost', count: 1 }))
    const flows = (await mcp.egress(['flows', '--server', 'uploader', '--format', 'jsonl']))
      .trim()
      .split('\n')
    expect(flows.map((line) => JSON.parse(line).state)).toEqual(['lost'])
  })

  it('goes on without the guard', async () => {
    const { live, after, later, alive } = await killed(user, patchedBuild(internet.folder(0), FREE))
    expect(later).toBeGreaterThan(after)
    expect(alive.length).toBeGreaterThan(0)
    await live.ended()
  })
})
