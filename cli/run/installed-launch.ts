import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { McpRunError } from '../../runtime/model/errors.ts'
import { orNative } from '../../runtime/model/host.ts'
import type { InstalledPackage } from '../../runtime/packages/ensure-package.ts'
import type { SandboxBackend, Share } from '../../runtime/sandbox/backend.ts'
import { programShare } from '../../runtime/sandbox/shares.ts'
import { PACKAGE_FOLDER, packageCommand } from './plan.ts'
import type { PackageTarget, PythonTarget } from './target.ts'

export interface InstalledLaunch {
  readonly command: readonly string[]
  readonly shares: readonly Share[]
  /** Of the sandbox, for PATH: where the package's own commands are, and those of what it depends on. */
  readonly folders: readonly string[]
}

/** How an installed package is started in the sandbox. Throws `usage` where it wants bun, and there is none. */
export function installedLaunch(
  target: PackageTarget | PythonTarget,
  installed: InstalledPackage,
  sandbox: SandboxBackend['name'],
): InstalledLaunch {
  const { command, share } = packageCommand(installed)
  if (target.kind === 'python') return { command, shares: [share], folders: [`${PACKAGE_FOLDER}/venv/bin`] }
  const folders = [`${PACKAGE_FOLDER}/node_modules/.bin`]
  if (target.call !== undefined) return { command: ['/bin/sh', '-c', target.call], shares: [share], folders }
  if (target.bun !== true && !asksForBun(installed)) return { command, shares: [share], folders }
  const bun = findBun(sandbox)
  return { command: [bun, command.at(-1) ?? ''], shares: [share, ...programShare(bun)], folders }
}

function asksForBun({ bin, command }: InstalledPackage): boolean {
  // What node starts has said so itself.
  if (command.length > 1) return false
  const descriptor = openSync(bin, 'r')
  try {
    const head = Buffer.alloc(64)
    const read = readSync(descriptor, head, 0, head.length, 0)
    return /^#![^\n]*[/ ]bun\s/.test(head.toString('latin1', 0, read))
  } finally {
    closeSync(descriptor)
  }
}

function findBun(sandbox: SandboxBackend['name']): string {
  if (sandbox === 'docker') {
    throw new McpRunError('usage', 'this package runs with bun, which the runner’s image has not', {
      hint: orNative('leave --bun out', ', or use --sandbox native'),
    })
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(isAbsolute)
  const found = folders
    .map((folder) => join(folder, 'bun'))
    .find((file) => existsSync(file) && statSync(file).isFile())
  if (found !== undefined) return found
  throw new McpRunError('usage', 'this package runs with bun, which is not in the PATH', {
    hint: 'install bun, or leave --bun out',
  })
}
