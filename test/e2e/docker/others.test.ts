import { readFileSync, readlinkSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startContainer } from '../../fixtures/engine/containers.ts'
import type { Engine } from '../../fixtures/engine/engine.ts'
import type { Internet } from '../../fixtures/internet/model.ts'
import { history } from '../../fixtures/product/history.ts'
import { containersOf, nothingLeft, tracesOf } from '../../fixtures/product/leftovers.ts'
import { product } from '../../fixtures/product/product.ts'
import { runOpen } from '../../fixtures/product/run-open.ts'
import { engineOf, startInternet } from '../../fixtures/product/sandbox.ts'

const LABEL = 'io.github.mcp-run'
const PROFILE = 'name: p\negress: [{ host: api.test, port: 80 }]\n'
const SERVER = ['--', 'sh', '-c', 'echo started; read line; curl -sS http://api.test/']

let internet: Internet
let engine: Engine
beforeAll(async () => {
  internet = await startInternet()
  engine = engineOf(internet) as Engine
})
afterAll(() => internet?.close())

const start = async () => {
  const mcp = product(internet, { user: 'plain' })
  const run = runOpen(mcp, ['--profile', mcp.profile('p', PROFILE), ...SERVER], 60_000)
  await run.says('started')
  return { mcp, run, pid: run.child.pid ?? 0 }
}
const finish = async ({ run }: Awaited<ReturnType<typeof start>>) => {
  run.child.stdin?.write('go\n')
  const { code, stdout, stderr } = await run.ended
  expect(stdout.toString(), stderr.toString()).toBe('started\nhello\n')
  expect(code).toBe(0)
}

it('networks, volumes and containers that are pruned under a run are none of its own', async () => {
  const running = await start()
  for (const what of ['containers', 'networks', 'volumes'])
    await engine.ask(`/${what}/prune`, { method: 'POST' })
  await finish(running)
})

it('the tap’s container killed ends the server, and no packet gets out', async () => {
  const { mcp, run, pid } = await start()
  const traces = await tracesOf(mcp, pid)
  const [tap] = await containersOf(mcp, pid, ['tap'])
  await engine.ask(`/containers/${tap}/kill`, { method: 'POST' })
  const { code, stderr } = await run.ended
  expect([3, 4, 137], stderr.toString()).toContain(code)
  await nothingLeft(mcp, traces)
  const settled = await internet.traffic()
  expect((await internet.traffic()).packets).toEqual(settled.packets)
  expect(history(mcp.store, 'p').sessions[0]?.end).not.toBeNull()
})

it('a start removes what a dead mcp-run left, and nobody else’s', async () => {
  const here = `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  const left = (owner: string) =>
    startContainer(engine, 'exec sleep 1000', { Labels: { [LABEL]: 'server', [`${LABEL}.owner`]: owner } })
  const dead = await left(`1-1-00000000 ${here}`)
  const elsewhere = await left('1-1-00000000 another machine')
  const living = await start()
  await finish(await start())
  const ids = async () => (await engine.containers(true)).map(({ Id }) => Id)
  while ((await ids()).includes(dead)) await new Promise(setImmediate)
  expect(await ids()).toContain(elsewhere)
  expect(await containersOf(living.mcp, living.pid)).toHaveLength(
    (await containersOf(living.mcp, living.pid, ['tap', 'server', 'recorder'])).length,
  )
  await finish(living)
  await engine.ask(`/containers/${elsewhere}?force=true`, { method: 'DELETE' })
})
