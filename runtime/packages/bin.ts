import { posix } from 'node:path'
import { McpRunError } from '../model/errors.ts'
import { escapeText } from '../model/text.ts'
import { unscopedName } from './package-spec.ts'

/** Command name to path inside the package, `/` between its parts, never leading out of it. */
export type Bins = Readonly<Record<string, string>>

/** The commands that a package.json's `bin` field (a path, or names with paths) declares. */
export function binsOf(name: string, field: unknown): Bins {
  const declared = typeof field === 'string' ? { [unscopedName(name)]: field } : field
  if (typeof declared !== 'object' || declared === null || Array.isArray(declared)) return {}
  const bins: [string, string][] = []
  for (const [key, value] of Object.entries(declared)) {
    const command = posix.basename(key.replace(/[\\:]/g, '/'))
    // Resolved against a root of its own: `../../x` stays inside, as npm has it too.
    const path = typeof value === 'string' ? posix.join('/', value.replace(/\\/g, '/')).slice(1) : ''
    if (path !== '' && !/^\.{0,2}$/.test(command)) bins.push([command, path])
  }
  return Object.fromEntries(bins)
}

/**
 * npx's rule. A command that was asked for must be there. Otherwise: when all commands are one script, that
 * one; else the command named like the package without its scope; else an error that lists them.
 */
export function chooseBin(name: string, bins: Bins, wanted: string | null): string {
  const commands = Object.keys(bins)
  const first = commands[0]
  if (first === undefined) {
    throw new McpRunError('usage', `${name} has no command to run`, {
      hint: 'it may be a library; another file of it runs as a command of your own, after --',
    })
  }
  if (wanted !== null) {
    if (Object.hasOwn(bins, wanted)) return wanted
    throw new McpRunError('usage', `${name} has no command '${escapeText(wanted, 64)}'`, {
      hint: `it has: ${list(commands)}`,
    })
  }
  if (new Set(Object.values(bins)).size === 1) return first
  const own = unscopedName(name)
  if (Object.hasOwn(bins, own)) return own
  throw new McpRunError('usage', `${name} has several commands: ${list(commands)}`, {
    hint: `choose one: mcp-run -y -p ${name} COMMAND`,
  })
}

function list(commands: readonly string[]): string {
  return escapeText([...commands].sort().join(', '), 400)
}
