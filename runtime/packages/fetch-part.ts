import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { McpRunError } from '../model/errors.ts'
import { NPM_QUIET } from './install-command.ts'
import { type Environment, findNpm } from './npm-client.ts'

const TIMEOUT_MS = 120_000

/**
 * Has the host's npm put a package that is part of mcp-run into node_modules of the folder, from the registry of its
 * user's configuration. npm itself holds it against the integrity that was pinned; nothing of it is run.
 */
export async function fetchPart(
  {
    name,
    version,
    integrity,
  }: { readonly name: string; readonly version: string; readonly integrity: string },
  folder: string,
  { node = process.execPath, env = process.env }: { node?: string; env?: Environment } = {},
): Promise<void> {
  const manifest = { name: 'mcp-run-parts', private: true, dependencies: { [name]: version } }
  const packages = { '': manifest, [`node_modules/${name}`]: { version, integrity } }
  const lock = { name: manifest.name, lockfileVersion: 3, requires: true, packages }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock))
  const args = [findNpm({ node, env, cwd: process.cwd() }).cli, 'ci', '--ignore-scripts', ...NPM_QUIET]
  const options = { cwd: folder, env: { ...env, NODE_OPTIONS: undefined }, timeout: TIMEOUT_MS }
  const failure = await new Promise<string | null>((resolve) => {
    execFile(node, args, options, (error, _, stderr) => {
      resolve(error === null ? null : (/^npm (?:error|ERR!) code (\w+)$/m.exec(stderr)?.[1] ?? 'no answer'))
    })
  })
  if (failure === null) return
  throw new McpRunError(
    'sandbox-unavailable',
    `npm cannot fetch ${name}@${version}, as it was pinned: ${failure}`,
    {
      hint: `npm install --no-save --force ${name}@${version}, where mcp-run is installed`,
    },
  )
}
