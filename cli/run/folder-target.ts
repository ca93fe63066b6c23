import { realpathSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { McpRunError } from '../../runtime/model/errors.ts'
import { escapeText } from '../../runtime/model/text.ts'
import { chooseBin } from '../../runtime/packages/bin.ts'
import { readInstalledManifest } from '../../runtime/packages/installed-manifest.ts'
import { archiveAt } from '../../runtime/packages/origin.ts'
import { absolutePath } from '../../runtime/sandbox/shares.ts'

/** A folder that is a package, as npx takes it: a checkout, built, with what it depends on beside it. */
export interface PackageFolder {
  /** Absolute, without links. */
  readonly folder: string
  /** What it is known by here: the folder's own name, whatever its package.json says. */
  readonly name: string
  readonly command: readonly string[]
}

/** Absolute, without links; null where the word is no path of a folder. */
export function namedFolder(word: string, cwd: string): string | null {
  const isFile = /^file:/i.test(word)
  if (!isFile && !/^(\.{1,2}|~|\/.*|~\/.*|\.{1,2}\/.*)$/.test(word)) return null
  const path = isFile ? archiveAt(word, cwd).address : absolutePath(word, cwd)
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? realpathSync(path) : null
}

/** Null where the word is no path. Throws `usage` for a path that is no such folder. */
export function packageFolder(word: string, bin: string | null, cwd: string): PackageFolder | null {
  const folder = namedFolder(word, cwd)
  if (folder === null) return null
  const manifest = readInstalledManifest(folder, basename(folder))
  if (manifest === null)
    throw noPackage(
      word,
      'it has no package.json that can be read',
      'mcp-run --profile PROFILE -- COMMAND runs any program of it',
    )
  if (Object.keys(manifest.bins).length === 0)
    throw noPackage(
      word,
      'no command of it is there',
      `build it first: npm install, npm run build, in ${folder}`,
    )
  const paths = Object.fromEntries(Object.entries(manifest.bins).map(([name, one]) => [name, one.path]))
  const chosen = manifest.bins[chooseBin(basename(folder), paths, bin)]
  const script = join(folder, chosen?.path ?? '')
  const start = chosen?.start
  return {
    folder,
    name: basename(folder),
    command: start?.kind === 'node' ? ['node', ...start.nodeArgs, script] : [script],
  }
}

function noPackage(word: string, why: string, hint: string): McpRunError {
  return new McpRunError('usage', `${escapeText(word, 200)} cannot be run: ${why}`, { hint })
}
