import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { onTestFinished } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The built programs, as they are shipped. */
export const WORKER = join(root, 'dist', 'store-worker.cjs')
export const EGRESS = join(root, 'dist', 'egress.cjs')

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-run-journal-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A program of its own that writes flows to a journal (writer-process.ts), in a folder of the test's. */
export function writerProcess(): string {
  const outfile = join(temporaryFolder(), 'writer-process.mjs')
  const source = fileURLToPath(new URL('writer-process.ts', import.meta.url))
  buildSync({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  })
  return outfile
}
