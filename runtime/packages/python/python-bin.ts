import { McpRunError } from '../../model/errors.ts'
import { escapeText } from '../../model/text.ts'
import { normalName } from './requirement.ts'

/** The command that was asked for; else the one named like the package; else the only one. Throws `usage`. */
export function choosePythonBin(name: string, commands: readonly string[], wanted: string | null): string {
  const listed = escapeText([...commands].sort().join(', '), 400)
  if (commands.length === 0) {
    throw new McpRunError('usage', `${name} has no command to run`, {
      hint: 'it may be a library; a module of it runs as a command of your own, after --',
    })
  }
  const named = commands.find((command) => command === (wanted ?? name))
  const like = wanted === null ? commands.find((command) => normalName(command) === name) : undefined
  const only = wanted === null && commands.length === 1 ? commands[0] : undefined
  const chosen = named ?? like ?? only
  if (chosen !== undefined) return chosen
  if (wanted !== null) {
    throw new McpRunError('usage', `${name} has no command '${escapeText(wanted, 64)}'`, {
      hint: `it has: ${listed}`,
    })
  }
  throw new McpRunError('usage', `${name} has several commands: ${listed}`, {
    hint: `choose one: uvx --from ${name} COMMAND`,
  })
}
