import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { McpRunError } from '../model/errors.ts'

/** Debian's package for each program that the native sandbox needs. */
export const TOOLS = {
  unshare: 'util-linux',
  ip: 'iproute2',
  nft: 'nftables',
  bwrap: 'bubblewrap',
} as const

export type Tool = keyof typeof TOOLS

/** Clients start servers with short PATHs, and root's tools are often not on a user's. */
export const TOOL_PATH = [
  ...(process.env.PATH ?? '').split(':'),
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
  '/usr/bin',
  '/bin',
]
  .filter((folder) => folder.startsWith('/'))
  .join(':')

/** Absolute path of a program, or null. */
export function findProgram(name: string, path: string = TOOL_PATH): string | null {
  for (const folder of path.split(':')) {
    const file = join(folder, name)
    try {
      accessSync(file, constants.X_OK)
      if (statSync(file).isFile()) return file
    } catch {}
  }
  return null
}

/** Where `mcp-run doctor --fix` puts a copy of unshare, if AppArmor lets only programs with a profile make namespaces. */
export const LAUNCHER = '/usr/local/lib/mcp-run/unshare'

export function unshareProgram(): string | null {
  return existsSync(LAUNCHER) ? LAUNCHER : findProgram('unshare')
}

/** Throws `sandbox-unavailable`, naming all that is missing and the command that adds it. */
export function requireTools(): Record<Tool, string> {
  const found = Object.fromEntries(
    (Object.keys(TOOLS) as Tool[]).map((tool) => [
      tool,
      tool === 'unshare' ? unshareProgram() : findProgram(tool),
    ]),
  ) as Record<Tool, string | null>
  const missing = (Object.keys(TOOLS) as Tool[]).filter((tool) => found[tool] === null)
  if (missing.length > 0) {
    const packages = [...new Set(missing.map((tool) => TOOLS[tool]))].join(' ')
    throw new McpRunError(
      'sandbox-unavailable',
      `the native sandbox needs ${missing.join(', ')}, not found on this machine`,
      {
        hint: `sudo apt-get install ${packages}   (or: mcp-run doctor --fix)`,
      },
    )
  }
  return found as Record<Tool, string>
}
