import { EXIT, McpRunError } from '../runtime/model/errors.ts'
import { escapeText } from '../runtime/model/text.ts'

/** Tells a person what went wrong and what helps, on stderr; returns the exit code. */
export function reportError(program: string, error: unknown): number {
  const known = error instanceof McpRunError
  const message = known
    ? error.message
    : `internal error: ${error instanceof Error ? (error.stack ?? error.message) : error}`
  for (const line of message.split('\n')) process.stderr.write(`${program}: ${escapeText(line, 2000)}\n`)
  if (known && error.hint !== undefined)
    process.stderr.write(`${program}: try: ${escapeText(error.hint, 2000)}\n`)
  return known ? error.exitCode : EXIT.recorder
}
