import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { basename, delimiter, dirname, isAbsolute, join, sep } from 'node:path'
import { McpRunError } from '../model/errors.ts'

/** The host's own npm. Paths are absolute and real (no symbolic link in them). */
export interface NpmClient {
  /** Its command-line script, run by node. */
  readonly cli: string
  readonly folder: string
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Looks next to node, then along PATH, then where an npm that started us says that it is. An npm in a
 * node_modules folder of the working folder or of one above it is a project's and never run: whoever wrote
 * the project put it there.
 */
export function findNpm(options: { node: string; env: Environment; cwd: string }): NpmClient {
  const beside = npmAt(join(dirname(realpathSync(options.node)), '../lib/node_modules/npm/bin/npm-cli.js'))
  if (beside !== null) return beside
  const elsewhere = [...pathCandidates(options.env.PATH ?? ''), options.env.npm_execpath ?? '']
  for (const candidate of elsewhere) {
    const client = isAbsolute(candidate) ? npmAt(candidate) : null
    if (client !== null && !isProjects(client.folder, options.cwd)) return client
  }
  throw new McpRunError('install-failed', 'npm was not found, and it is what installs packages', {
    hint: 'install npm for this node, or run an installed copy by its command, after --',
  })
}

function pathCandidates(path: string): string[] {
  // `npm run` and `npx` put the node_modules/.bin of the project, and of each folder above, before all else.
  const folders = path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) && !folder.includes('node_modules'))
  const holding = folders.filter((folder) => existsSync(join(folder, 'npm')))
  // Where `npm` is a wrapper script, the real one is under the same prefix.
  return holding.flatMap((folder) => [
    join(folder, 'npm'),
    join(folder, '../lib/node_modules/npm/bin/npm-cli.js'),
  ])
}

function npmAt(path: string): NpmClient | null {
  try {
    const cli = realpathSync(path)
    const folder = dirname(dirname(cli))
    if (basename(cli) !== 'npm-cli.js') return null
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const name =
      typeof manifest === 'object' && manifest !== null && 'name' in manifest ? manifest.name : null
    return name === 'npm' ? { cli, folder } : null
  } catch {
    return null
  }
}

function isProjects(folder: string, cwd: string): boolean {
  for (let at = cwd; ; at = dirname(at)) {
    if (folder.startsWith(join(at, 'node_modules') + sep)) return true
    if (at === dirname(at)) return false
  }
}
