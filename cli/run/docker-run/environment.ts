import { McpRunError } from '../../../runtime/model/errors.ts'
import { escapeText } from '../../../runtime/model/text.ts'
import type { ImageRequest } from './request.ts'

/** `K=V` sets a variable, `K` alone passes the caller's own. */
export type Variable = readonly [name: string, value: string | null]

/** What `-e` takes; null where it names no variable. */
export function environmentOption(text: string): Variable | null {
  const [, name = '', value] = /^([^=\0]*)(?:=([^\0]*))?$/s.exec(text) ?? []
  return name === '' ? null : [name, value ?? null]
}

export interface EnvironmentSources {
  /** The caller's own variables. */
  readonly host: Readonly<Record<string, string | undefined>>
  /** A file's text. Throws as `readFileSync` does. */
  readonly read: (path: string) => string
}

/**
 * The variables that a request sets, the later winning: files first, then `-e`. As with Docker, `-e K` where the caller
 * has no K takes away what a file set. Throws `usage` for a file.
 */
export function requestedEnvironment(
  { env, pass, envFiles }: Pick<ImageRequest, 'env' | 'pass' | 'envFiles'>,
  { host, read }: EnvironmentSources,
): Readonly<Record<string, string>> {
  const values = new Map<string, string>()
  for (const [name, given] of envFiles.flatMap((path) => fileVariables(path, read))) {
    const value = given ?? host[name]
    if (value !== undefined) values.set(name, value)
  }
  for (const [name, value] of Object.entries(env)) values.set(name, value)
  for (const name of pass) {
    const value = host[name]
    if (value === undefined) values.delete(name)
    else values.set(name, value)
  }
  return Object.fromEntries(values)
}

function fileVariables(path: string, read: (path: string) => string): readonly Variable[] {
  let text: string
  try {
    text = read(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new McpRunError('usage', `--env-file ${escapeText(path, 300)} cannot be read (${code})`, {
      hint: 'name a file that there is, by its whole path: clients start mcp-run in folders of their own',
      cause,
    })
  }
  return envFileVariables(text, path)
}

/** Docker's format: a variable a line, as `-e` takes it, nothing quoted; `#` begins a comment line. */
function envFileVariables(text: string, path: string): Variable[] {
  const lines = text.split(/\r?\n/)
  return lines.flatMap((written, index) => {
    // A byte order mark counts as space.
    const line = written.trimStart()
    if (line === '' || line.startsWith('#')) return []
    const variable = environmentOption(line)
    // The line itself may be a secret.
    if (variable !== null && !/\s/.test(variable[0])) return [variable]
    const message = `--env-file ${escapeText(path, 300)}, line ${index + 1}: it names no variable`
    throw new McpRunError('usage', message, { hint: 'a line is NAME=VALUE, NAME, or a comment after #' })
  })
}
