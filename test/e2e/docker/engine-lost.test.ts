import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Engine } from '../../fixtures/engine/engine.ts'
import type { Internet } from '../../fixtures/internet/model.ts'
import { history } from '../../fixtures/product/history.ts'
import { containersOf } from '../../fixtures/product/leftovers.ts'
import { product } from '../../fixtures/product/product.ts'
import { runOpen } from '../../fixtures/product/run-open.ts'
import { engineOf, SANDBOX, startInternet } from '../../fixtures/product/sandbox.ts'

const SCRIPT = `echo started; while :; do curl -sk -m 2 -o /dev/null https://api.test/; sleep 0.1; done`

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet?.close())

it.each([
  // It ends the containers first, the tap's among them, of which the recorder asks the last counts.
  ['SIGTERM', 4],
  // A recorder in a container loses its stdio at once.
  ['SIGKILL', SANDBOX === 'docker-recorder' ? 4 : 3],
] as const)(
  'an engine that is restarted (%s) ends the run with %i',
  async (signal, exitCode) => {
    const engine = engineOf(internet) as Engine
    const mcp = product(internet, { user: 'plain' })
    const profile = mcp.profile('p', 'name: p\negress: [{ host: api.test }]\n')
    const run = runOpen(mcp, ['--profile', profile, '--', 'sh', '-c', SCRIPT], 120_000)
    await run.says('started')
    expect(await containersOf(mcp, run.child.pid ?? 0)).not.toEqual([])
    await engine.restart(signal)
    const { code, stderr } = await run.ended
    expect(code, stderr.toString()).toBe(exitCode)
    expect(stderr.toString()).toMatch(/^mcp-run: the .*container.*, and the sandbox with it/m)
    // What a killed engine has of them it removes when it is asked to, by the next start.
    expect(await containersOf(mcp, run.child.pid ?? 0)).toEqual([])
    const settled = await internet.traffic()
    expect((await internet.traffic()).payload).toEqual(settled.payload)
    expect(history(mcp.store, 'p').sessions).toMatchObject([{ end: 'failed' }])
    // An engine that was killed waits for what still runs when it starts.
  },
  180_000,
)
