// Bundles the programs into dist/: all of them, or those named as arguments.
import { existsSync } from 'node:fs'
import { chmod, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as bundle } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Bundle name -> source, and whether a person or a client starts it as a program. */
const PROGRAMS = {
  'mcp-run': { source: 'cli/mcp-run.ts', executable: true },
  egress: { source: 'cli/egress.ts', executable: true },
  tap: { source: 'runtime/tap/main.ts', executable: false },
  'store-worker': { source: 'runtime/store/worker.ts', executable: false },
}

/** CommonJS has no import.meta.url: each bundle says its own. */
const importMetaUrl = "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;"

/** @param {{ outdir?: string, only?: readonly string[] }} [options] */
export async function build({ outdir = join(root, 'dist'), only } = {}) {
  const chosen = Object.entries(PROGRAMS).filter(
    ([name, { source }]) => (only === undefined || only.includes(name)) && existsSync(join(root, source)),
  )
  await Promise.all(chosen.map(([name, program]) => buildProgram(name, program, outdir)))
}

async function buildProgram(name, { source, executable }, outdir) {
  const outfile = join(outdir, `${name}.cjs`)
  await bundle({
    absWorkingDir: root,
    entryPoints: [source],
    outfile: `${outfile}.new`,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    // Native addons are found by their own paths, so they stay where npm put them.
    external: ['better-sqlite3', 'koffi'],
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: executable ? `#!/usr/bin/env node\n${importMetaUrl}` : importMetaUrl },
    logLevel: 'warning',
  })
  if (executable) await chmod(`${outfile}.new`, 0o755)
  // Never half a file under a process that is about to load it.
  await rename(`${outfile}.new`, outfile)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const only = process.argv.slice(2)
  await build(only.length > 0 ? { only } : {})
}
