import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../../fixtures/internet/model.ts'
import { noneRuns, startedBy } from '../../fixtures/product/leftovers.ts'
import { product, USERS } from '../../fixtures/product/product.ts'
import { startInternet } from '../../fixtures/product/sandbox.ts'

/** While bubblewrap makes the sandbox, and a little longer. */
const DELAYS_MS = Array.from({ length: 6 }, (_, index) => index * 4)

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

describe.each(USERS)('as %s', (user) => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)(
    '%s while the server is being started ends mcp-run, and leaves nothing',
    async (signal, code) => {
      const mcp = product(internet, { user })
      const profile = mcp.profile('p', 'name: p\negress: []\n')
      for (const delay of DELAYS_MS) {
        const length = `100.${process.pid}${delay}`
        const child = mcp.spawn(['--profile', profile, '--', 'sleep', length])
        const exited = once(child, 'exit')
        await startedBy(child.pid ?? 0, 'bwrap')
        await pause(delay)
        child.kill(signal)
        // Its own, or that of the server, which is told to end by SIGTERM.
        expect([code, 143]).toContain((await exited)[0])
        await noneRuns(mcp, length)
      }
    },
  )
})
