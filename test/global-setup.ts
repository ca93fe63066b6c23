import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const BUILD = Symbol.for('mcp-run.test-build')
// Each project loads this file for itself; the build is the whole run's.
const shared = globalThis as { [BUILD]?: Promise<unknown> }

/** Builds the product once for all projects that run it. With TEST_BUILD=skip, what dist/ holds is tested. */
export async function setup(): Promise<void> {
  if (process.env.TEST_BUILD === 'skip') return
  shared[BUILD] ??= promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: ROOT })
  await shared[BUILD]
}
