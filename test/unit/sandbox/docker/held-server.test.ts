import { Duplex } from 'node:stream'
import type Dockerode from 'dockerode'
import { expect, test } from 'vitest'
import type { LaunchSpec } from '../../../../runtime/sandbox/backend.ts'
import { holdServer } from '../../../../runtime/sandbox/docker/held-server.ts'

const SPEC: LaunchSpec = {
  ...{ command: ['node'], env: { A: '1' }, cwd: '/', home: '/h', shares: [], hostLoopbackPorts: [] },
}
const IMAGE: LaunchSpec = {
  ...SPEC,
  image: {
    ...{ kind: 'image', name: 'server', entrypoint: null, user: 'image', volumes: [], tmpfs: [] },
    ...{ platform: null, pull: 'never' },
  },
}

/** A container that notes what is done with it, in order. */
function container(done: string[]): Promise<Dockerode.Container> {
  const stdio = new Duplex({
    read: () => undefined,
    write: (chunk, _encoding, then) => {
      done.push(`line ${String(chunk).trim()}`)
      then()
    },
  })
  return Promise.resolve({
    modem: {
      dial: (_request: unknown, then: (error: null, stream: Duplex) => void) => {
        done.push('attached')
        then(null, stdio)
      },
    },
    start: async () => void done.push('started'),
    wait: () => new Promise(() => undefined),
  } as unknown as Dockerode.Container)
}

test.each([
  ["a runner's shell waits for its line", SPEC, ['attached', 'started'], ["line export A='1'"]],
  ["a server's own image waits for its start", IMAGE, ['attached'], ['started']],
])('%s until it is let go', async (_, spec, before, after) => {
  const done: string[] = []
  const held = await holdServer({
    ...{ spec, container: container(done), tapStarted: Promise.resolve(), destroy: () => undefined },
  })
  expect(done).toEqual(before)
  await held.letGo()
  expect(done).toEqual([...before, ...after])
})

test("nothing is done with it before the tap's namespaces are there", async () => {
  const done: string[] = []
  let begin = (): void => undefined
  const tapStarted = new Promise<void>((resolve) => {
    begin = resolve
  })
  const held = holdServer({ spec: SPEC, container: container(done), tapStarted, destroy: () => undefined })
  await new Promise(setImmediate)
  expect(done).toEqual([])
  begin()
  await held
  expect(done).toEqual(['attached', 'started'])
})
