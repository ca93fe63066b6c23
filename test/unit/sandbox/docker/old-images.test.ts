import { expect, test } from 'vitest'
import type { EngineEndpoint } from '../../../../runtime/sandbox/docker/endpoint.ts'
import { removeOldImages } from '../../../../runtime/sandbox/docker/old-images.ts'
import { fakeEngine } from './fake-engine.ts'

const DAY_S = 24 * 60 * 60
const NOW_S = 100 * DAY_S
const TAG = 'mcp-run/tap:new'

test.each<readonly [what: string, days: number, tags: readonly string[] | null, removed: boolean]>([
  ['an earlier build', 8, ['mcp-run/tap:old'], true],
  ['an earlier build in Podman', 8, ['localhost/mcp-run/tap:old'], true],
  ['one of this week', 6, ['mcp-run/tap:old'], false],
  ['the one that was built, from what the engine had kept', 8, [TAG], false],
  ['one with another name beside ours', 8, ['mcp-run/tap:old', 'mine:1'], false],
  ['one that was built on ours', 8, ['mine:1'], false],
  ['one of no name', 8, [], false],
  ['one of no name, as older engines say it', 8, null, false],
])('%s, %i days old', async (_, days, RepoTags, removed) => {
  const engine = await fakeEngine([{ Id: 'sha256:1', Created: NOW_S - days * DAY_S, RepoTags }])
  const endpoint: EngineEndpoint = { kind: 'unix', socketPath: '/s', source: 'test', named: true }
  await removeOldImages({ api: engine.api, endpoint }, { role: 'tap', tag: TAG }, NOW_S * 1000)
  const [listed, ...rest] = engine.asked
  expect(decodeURIComponent(listed?.path ?? '')).toContain('{"label":["io.github.mcp-run=tap"]}')
  expect(rest.map(({ method, path }) => `${method} ${path.replace(/\?$/, '')}`)).toEqual(
    removed ? ['DELETE /images/sha256:1'] : [],
  )
})
