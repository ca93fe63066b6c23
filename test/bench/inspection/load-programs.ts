import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const SOURCES = fileURLToPath(new URL('./load/', import.meta.url))

export interface LoadPrograms {
  readonly generator: string
  readonly farServer: string
}

/** Both ends of the load, each a file that Node starts: they write and count bytes, and have no HTTP of Node's. */
export async function bundlePrograms(folder: string): Promise<LoadPrograms> {
  const programs = { generator: join(folder, 'generator.cjs'), farServer: join(folder, 'far-server.cjs') }
  const names = { generator: 'generator.ts', farServer: 'far-server.ts' } as const
  for (const program of ['generator', 'farServer'] as const) {
    await build({
      entryPoints: [join(SOURCES, names[program])],
      outfile: programs[program],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      logLevel: 'error',
    })
  }
  return programs
}
