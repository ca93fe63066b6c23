import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

/** What a TypeScript file of this project exports, in a node that reads no TypeScript. */
export async function importSource(file) {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-run-source-'))
  const outfile = join(folder, 'source.cjs')
  try {
    await build({
      entryPoints: [file],
      outfile,
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: 'node20',
    })
    return createRequire(import.meta.url)(outfile)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
