import { expect, test } from 'vitest'
import { ownContainers } from '../../../../runtime/sandbox/docker/containers.ts'
import { fakeEngine } from './fake-engine.ts'

test.each([
  ['nothing but its body', {}, '/containers/create'],
  ["an image's platform", { platform: 'linux/arm64' }, '/containers/create?platform=linux%2Farm64'],
])("a container's settings are in the request's body alone: the path holds %s", async (_, more, path) => {
  const { api, asked } = await fakeEngine()
  const settings = { Image: 'server', Env: ['TOKEN=secret'], HostConfig: { NetworkMode: 'none' } }
  await ownContainers().create(api, { ...settings, ...more })
  expect(asked.map((one) => ({ path: one.path.replace(/\?$/, ''), body: one.body }))).toEqual([
    { path, body: settings },
  ])
})
