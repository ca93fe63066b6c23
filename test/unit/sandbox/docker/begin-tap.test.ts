import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { beginTap } from '../../../../runtime/sandbox/docker/begin-tap.ts'
import { ownContainers } from '../../../../runtime/sandbox/docker/containers.ts'
import type { EngineFacts } from '../../../../runtime/sandbox/docker/engine-facts.ts'
import { createSessionFolder } from '../../../../runtime/sandbox/docker/session-folder.ts'
import { type Asked, fakeEngine } from './fake-engine.ts'

const FACTS = {
  rootless: false,
  podman: false,
  arch: process.arch,
  keeps: { memory: true, cpus: true, pids: true },
}

async function rig(recorder: 'auto' | 'process') {
  const engine = await fakeEngine()
  const store = mkdtempSync(join(tmpdir(), 'store-'))
  const containers = ownContainers()
  let tell = (_facts: EngineFacts): void => undefined
  const facts = new Promise<EngineFacts>((resolve) => {
    tell = resolve
  })
  const begun = beginTap({
    folder: createSessionFolder(store),
    alive: Promise.resolve(),
    facts: () => facts,
    recorder,
    socket: true,
    tapOptions: {
      api: Promise.resolve(engine.api),
      image: async () => 'tap',
      likelyImage: () => 'tap',
      facts: () => facts,
      containers,
    },
  })
  onTestFinished(() => {
    begun.close()
    containers.removeAll()
    rmSync(store, { recursive: true })
  })
  return { engine, begun, tell: (sameKernel: boolean) => tell({ ...FACTS, sameKernel }) }
}

const created = (role: string) => (one: Asked) => {
  return one.path.startsWith('/containers/create') && JSON.stringify(one.body).includes(`"${role}"`)
}

test('the tap is begun before the engine has told what it is, and kept where it is of this kernel', async () => {
  const { engine, begun, tell } = await rig('auto')
  await engine.until(created('tap'))
  tell(true)
  const tap = await begun.tap
  expect((await tap.container).id).toBe('1')
  await tap.started
  expect(engine.asked.map(({ method }) => method)).not.toContain('DELETE')
})

test('where it is of another kernel, the tap is given up for one behind a recorder', async () => {
  const { engine, begun, tell } = await rig('auto')
  await engine.until(created('tap'))
  tell(false)
  const tap = await begun.tap
  await engine.until(({ method, path }) => method === 'DELETE' && path.startsWith('/containers/1?'))
  await engine.until(created('recorder'))
  expect((await tap.container).id).not.toBe('1')
})

test('a recorder that is told to be in this process stays here', async () => {
  const { engine, begun, tell } = await rig('process')
  tell(false)
  expect((await (await begun.tap).container).id).toBe('1')
  expect(engine.asked.map(({ method }) => method)).not.toContain('DELETE')
})
