import { defineConfig } from 'vitest/config'

const buildFirst = { globalSetup: ['test/global-setup.ts'] }
// One internet at a time: its tests measure, and start sandboxes that want the cores.
const alone = { fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 }

const SANDBOXES = ['native', 'docker', 'docker-recorder'] as const

/**
 * The same files on every sandbox, each as a project of its own; below `native/` and `docker/` those of one alone.
 * TEST_SANDBOX tells the fixtures.
 */
function onSandboxes(suite: 'e2e' | 'attack') {
  return SANDBOXES.map((sandbox) => {
    const [engine, recorder] = sandbox.split('-')
    const name = sandbox === 'native' ? suite : `${suite}-${recorder ?? engine}`
    const include = [`test/${suite}/*.test.ts`, `test/${suite}/${engine}/**/*.test.ts`]
    const globalSetup = [...buildFirst.globalSetup, ...(sandbox === 'native' ? [] : ['test/engine-setup.ts'])]
    return { test: { name, include, globalSetup, env: { TEST_SANDBOX: sandbox }, ...alone } }
  })
}

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
    ],
  },
})
