import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach } from 'vitest'
import type { ProfileOptions } from '../../../profiles/load.ts'

export const BUILTIN = join(import.meta.dirname, '../../../profiles')

const made: string[] = []

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A folder of its own with `user/`, `builtin/` and whatever files are named, gone after the test. */
export function profileFolder(
  files: Record<string, string | Buffer> = {},
): ProfileOptions & { at(path: string): string } {
  const root = mkdtempSync(join(tmpdir(), 'mcp-run-profiles-'))
  made.push(root)
  const at = (path: string): string => join(root, path)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(at(path)), { recursive: true })
    writeFileSync(at(path), text)
  }
  return { userDir: at('user'), builtinDir: at('builtin'), cwd: root, at }
}
