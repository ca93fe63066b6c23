import { escapeText } from '../../runtime/model/text.ts'

/** One line of mcp-run's own on stderr. */
export function say(line: string): void {
  process.stderr.write(`mcp-run: ${escapeText(line, 4000)}\n`)
}
