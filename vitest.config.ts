import { defineConfig } from 'vitest/config'

const buildFirst = { globalSetup: ['test/global-setup.ts'] }
// One internet at a time: its tests measure, and start sandboxes that want the cores.
const alone = { fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 }

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
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...buildFirst, ...alone } },
      { test: { name: 'attack', include: ['test/attack/**/*.test.ts'], ...buildFirst, ...alone } },
    ],
  },
})
