import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addressOf, containerOutput, startContainer } from '../../fixtures/engine/containers.ts'
import { type Engine, startEngine } from '../../fixtures/engine/engine.ts'
import { startInternet } from '../../fixtures/internet/internet.ts'
import type { Internet } from '../../fixtures/internet/model.ts'

// The control of all that the other files find out of reach: on this engine, a container as it comes reaches it.
let internet: Internet
let engine: Engine
beforeAll(async () => {
  internet = await startInternet()
  engine = await startEngine(internet)
})
afterAll(async () => {
  await engine?.stop()
  await internet?.close()
})

const start = (script: string) => startContainer(engine, script)
const output = (script: string) => containerOutput(engine, script)

test('a container on the bridge reaches the world, by name and by address', async () => {
  const { api, sink } = internet.addresses
  await internet.resetCounts()
  expect(await output('curl -sS -m 5 http://api.test/')).toBe('hello\n')
  expect(internet.webRequests('api.test')).toHaveLength(1)
  expect(internet.countsAt(api.v4, 80).connections).toBe(1)
  await output(`echo secret | nc -N ${sink.v4} 4444`)
  expect(internet.payloadAt(sink.v4, 4444)).toBe(7)
})

test('it reaches its neighbour, the gateway and the host behind it', async () => {
  const neighbour = await start('while echo neighbour | nc -lN 4000; do :; done')
  expect(await output(`nc -d -w 5 ${await addressOf(engine, neighbour)} 4000`)).toBe('neighbour\n')
  const listen = `require('net').createServer((s) => s.end('host\\n')).listen(4001, () => console.log('ready'))`
  const host = internet.spawn([process.execPath, '-e', listen])
  await once(host.stdout as NodeJS.ReadableStream, 'data')
  const gateway = `$(ip route | sed -n 's/default via \\([^ ]*\\).*/\\1/p')`
  const script = `nc -d -w 5 ${gateway} 4001; nc -d -w 5 host.docker.internal 4001`
  expect(await output(script)).toBe('host\nhost\n')
  host.kill()
})

test('a plain user may ask it', async () => {
  const script = `curl -sS --unix-socket ${engine.socket} http://engine/_ping`
  const asked = async (uid: number) => (await internet.run(['sh', '-c', script], { uid })).stdout.toString()
  expect([await asked(12_345), await asked(54_321)]).toEqual(['OK', ''])
})

test('it can be restarted, and what it is stopped with leaves no process behind', async () => {
  const id = await start('exec sleep 1000')
  const [running] = await engine.containers()
  expect(running).toBeDefined()
  await engine.restart('SIGTERM')
  expect((await engine.containers(true)).find(({ Id }) => Id === id)?.State).toBe('exited')
  await start('exec sleep 1000')
  await engine.stop()
  expect(internet.processes()).toEqual([])
})
