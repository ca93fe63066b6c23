import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const buildFirst = { globalSetup: ['test/global-setup.ts'] }
// One internet at a time: its tests measure, and start sandboxes that want the cores.
const alone = { fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 }

// The first file's engine has the base of all images to take in.
const withEngine = { ...alone, hookTimeout: 180_000 }

/** Of each suite, the folders of tests; those that hold on every sandbox are in no folder. */
const SANDBOXES = {
  native: { project: '', folders: ['.', 'native', 'online'] },
  docker: { project: '-docker', folders: ['.', 'docker', 'online'] },
  'docker-recorder': { project: '-recorder', folders: ['.', 'docker'] },
  podman: { project: '-podman', folders: ['podman'] },
  'podman-rootless': { project: '-podman-rootless', folders: ['podman'] },
}

/** The same files on every sandbox, each time as a project of its own; TEST_SANDBOX tells the fixtures. */
function onSandboxes(suite: 'e2e' | 'attack') {
  return Object.entries(SANDBOXES).map(([sandbox, { project, folders }]) => ({
    test: {
      name: `${suite}${project}`,
      include: folders.map((folder) => join('test', suite, folder, '*.test.ts')),
      globalSetup: ['test/global-setup.ts', ...(sandbox === 'native' ? [] : ['test/engine-setup.ts'])],
      env: { TEST_SANDBOX: sandbox },
      ...(sandbox === 'native' ? alone : withEngine),
    },
  }))
}

/** Of the end-to-end tests with the recorder in a container, those that every run makes: what goes another way there. */
const RECORDER_TESTS = [
  'docker/engine-lost',
  'callback-ports',
  'capture',
  'endings',
  'killed',
  'payload-replay',
]

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          ...buildFirst,
        },
      },
      ...onSandboxes('e2e'),
      ...onSandboxes('attack'),
      {
        test: {
          name: 'recorder',
          include: RECORDER_TESTS.map((name) => `test/e2e/${name}.test.ts`),
          globalSetup: ['test/global-setup.ts', 'test/engine-setup.ts'],
          env: { TEST_SANDBOX: 'docker-recorder' },
          ...withEngine,
        },
      },
    ],
  },
})
