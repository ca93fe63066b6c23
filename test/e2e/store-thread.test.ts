import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addresses } from '../fixtures/internet/addresses.ts'
import type { Internet } from '../fixtures/internet/model.ts'
import { farCounts, recordedCounts } from '../fixtures/product/far-counts.ts'
import { hasHistory, history } from '../fixtures/product/history.ts'
import { nothingLeft, tracesOf } from '../fixtures/product/leftovers.ts'
import { type Patch, patchedBuild } from '../fixtures/product/patched-build.ts'
import { product } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { sandboxedProgram, startInside } from '../fixtures/sandboxed/inside.ts'

const PROFILE = 'name: p\negress:\n  - { host: api.test, ports: [5432], protocol: opaque }\n'
const WORKER = 'store-worker.cjs'
const START = '"use strict";var __create'

/** Code put before the store's own, where `port` and `isWriter` tell which thread it runs in. */
const prelude = (code: string): Patch => ({
  file: WORKER,
  find: START,
  replace: `{
    const { parentPort: port, workerData } = require('node:worker_threads')
    const isWriter = workerData === null
    const post = port.postMessage.bind(port)
    let commits = 0
    /** What happens in place of the answer to the commit of that number. */
    const at = (number, fail) => {
      if (isWriter) port.postMessage = (message) => {
        if (typeof message === 'number' && ++commits === number) return fail()
        post(message)
      }
    }
    ${code}
  }
  ${START}`,
})

/** Checkpoints that a long session needs come at once. */
const SOON: Patch = { file: WORKER, find: 'ENOUGH_PAGES=8192', replace: 'ENOUGH_PAGES=20' }

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

/** Under load until it ends; or, with `stop`, until the client closes stdin. */
async function runWith(dist: string, stop: boolean) {
  await internet.resetCounts()
  const mcp = product(internet, { user: 'root', dist })
  const profile = mcp.profile('p', PROFILE)
  const load = '{"host":"api.test","port":5432,"lanes":4}'
  const script = `node ${sandboxedProgram(mcp)} upload '${load}' & cat >/dev/null; kill $!`
  const run = startInside(mcp, profile, script, { timeoutMs: 15_000 })
  if (stop) {
    await run.says('@')
    await internet.until(addresses.api.v4, 5432, { connections: 200 })
    const traces = await tracesOf(mcp, run.child.pid ?? 0)
    run.child.stdin?.end()
    await run.ended
    await nothingLeft(mcp, traces)
  }
  const result = await run.ended
  return { mcp, result, stderr: result.stderr.toString() }
}

const GONE = 'mcp-run: The thread that writes the history ended'

describe('a thread of the store that fails: never a hang, always exit code 4 and a word', () => {
  it.each<readonly [string, Patch]>([
    ['throws while it is loaded', prelude(`throw new Error('broken')`)],
    ['ends while it is loaded', prelude('process.exit(0)')],
    [
      'throws when it is told what to open',
      prelude(`port.once('message', () => { throw new Error('broken') })`),
    ],
    ['ends when it is told what to open', prelude(`port.once('message', () => process.exit(1))`)],
    ['ends in place of the first commit', prelude('at(1, () => process.exit(0))')],
    ['ends in place of the second commit', prelude('at(2, () => process.exit(0))')],
    ['ends under load', prelude('at(50, () => process.exit(1))')],
    ['throws under load', prelude(`at(50, () => setImmediate(() => { throw new Error('broken') }))`)],
    ['closes its port under load', prelude('at(50, () => port.close())')],
    ['says something else under load', prelude(`at(50, () => post({ message: 'The disk is on fire.' }))`)],
  ])('%s', async (_, patch) => {
    const { mcp, result, stderr } = await runWith(patchedBuild(internet.folder(0), [patch]), false)
    expect(result).toMatchObject({ code: 4, timedOut: false })
    expect(stderr).toMatch(new RegExp(`^(${GONE}|mcp-run: The disk is on fire\\.)`, 'm'))
    const far = farCounts(internet, addresses.api, 5432)
    const rows = hasHistory(mcp.store, 'p') ? history(mcp.store, 'p').flows : []
    expect(recordedCounts(rows).connections).toBeGreaterThanOrEqual(far.connections)
  })

  it.each([
    ['empty', ''],
    ['cut short', null],
  ])('its file is %s', async (_, content) => {
    const dist = patchedBuild(internet.folder(0), [])
    const file = join(dist, WORKER)
    writeFileSync(file, content ?? readFileSync(file, 'utf8').slice(0, 20_000))
    const { result, stderr } = await runWith(dist, false)
    expect(result).toMatchObject({ code: 4, timedOut: false })
    expect(stderr).toContain(GONE)
  })
})

describe('a checkpoint that fails: the session goes on, and ends as it should', () => {
  it.each<readonly [string, string]>([
    ['does not', ''],
    ['throws while it is loaded', `if (!isWriter) throw new Error('broken')`],
    ['ends while it is loaded', 'if (!isWriter) process.exit(0)'],
    ['ends when it is asked', `if (!isWriter) port.once('message', () => process.exit(0))`],
    ['throws when it is asked', `if (!isWriter) port.once('message', () => { throw new Error('broken') })`],
  ])('its thread %s', async (_, code) => {
    const dist = patchedBuild(internet.folder(0), [SOON, prelude(code)])
    const { mcp, result } = await runWith(dist, true)
    expect(result).toMatchObject({ code: 0, timedOut: false })
    expect(history(mcp.store, 'p').sessions).toMatchObject([{ end: 'exited', exit_code: 0 }])
  })
})
