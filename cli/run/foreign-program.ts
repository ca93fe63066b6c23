import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { McpRunError } from '../../runtime/model/errors.ts'
import { escapeText } from '../../runtime/model/text.ts'

/** How programs begin that are for one system alone: Mach-O of either order and for several processors, and PE. */
const MADE_FOR: readonly (readonly [RegExp, string])[] = [
  [/^(feedfac[ef]|c[ef]faedfe|cafebabe|bebafeca)/, 'macOS'],
  [/^4d5a/, 'Windows'],
]

/** Throws `usage` for a program of another system: a container is Linux, whatever mcp-run's own machine is. */
export function refuseForeign(program: string): void {
  const head = headOf(program)
  const [, system] = MADE_FOR.find(([pattern]) => pattern.test(head)) ?? []
  if (system === undefined) return
  const name = basename(program)
  throw new McpRunError('usage', `${escapeText(program)} is made for ${system}, and a container is Linux`, {
    hint: `its name alone, where the runner's image has it: -- ${escapeText(name)} …; or a server that is an image, with --image`,
  })
}

/** Its first four bytes, in hexadecimal; nothing where it cannot be read. */
function headOf(file: string): string {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return ''
  try {
    const descriptor = openSync(file, 'r')
    try {
      const head = Buffer.alloc(4)
      return head.toString('hex', 0, readSync(descriptor, head, 0, head.length, 0))
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return ''
  }
}
