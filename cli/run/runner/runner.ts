import { escapeText } from '../../../runtime/model/text.ts'
import type { PythonTool } from '../../../runtime/packages/python/index-config.ts'
import type { PythonRequest } from '../../../runtime/packages/python/requirement.ts'
import { readNpmRunner } from './npm-runner.ts'
import { usage } from './option-words.ts'
import { readPythonRunner } from './python-runner.ts'

/** What a command line asks for that begins with a program which installs a package and runs it. */
export type Runner =
  | {
      readonly kind: 'npm'
      /** `-p`; empty: the first word is the package. */
      readonly packages: readonly string[]
      readonly words: readonly string[]
      /** `-c`: a line for a shell, with the package's commands in its PATH. */
      readonly call: string | null
      /** By bun, whatever the package's own first line says. */
      readonly bun: boolean
    }
  | {
      readonly kind: 'python'
      readonly tool: PythonTool
      readonly request: PythonRequest
      /** The server's. */
      readonly args: readonly string[]
    }
  /** What stood behind `cmd /c`. */
  | { readonly kind: 'command'; readonly words: readonly string[] }

/** Null for any other command. Throws `usage` for options of such a program that are not understood. */
export function readRunner(words: readonly string[]): Runner | null {
  const program = programName(words[0] ?? '')
  if (program === 'cmd') return readCmd(words.slice(1))
  return readNpmRunner(program, words.slice(1)) ?? readPythonRunner(program, words.slice(1))
}

/** What it would be remembered by: the package. */
export function runnerName(runner: Exclude<Runner, { kind: 'command' }>): string {
  if (runner.kind === 'python') return runner.request.package.name
  return runner.packages[0] ?? runner.words[0] ?? ''
}

/** `npx`, also of `C:\…\npx.cmd`. A relative path is a file of the user's own, whatever its name. */
function programName(word: string): string {
  const absolute = /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(word)
  if (!absolute && /[\\/]/.test(word)) return ''
  const name = word.split(/[\\/]/).at(-1) ?? ''
  return name.toLowerCase().replace(/\.(exe|cmd|bat|ps1)$/, '')
}

/** Windows' `cmd /c COMMAND`, as clients' configurations have it there. */
function readCmd(words: readonly string[]): Runner {
  const at = words.findIndex((word) => !/^\/[a-z](:\w+)?$/i.test(word) || /^\/[ck]$/i.test(word))
  const rest = words.slice(at + 1)
  if (at < 0 || !/^\/c$/i.test(words[at] ?? '') || rest.length === 0)
    throw usage('of cmd only /c COMMAND is understood', 'cmd /c npx -y PACKAGE')
  const [line = ''] = rest
  if (rest.length === 1 && /\s/.test(line) && /["'&|<>^%]/.test(line))
    throw usage(
      `'${escapeText(line, 200)}' needs cmd itself`,
      'write the command and its arguments as words of their own',
    )
  const command = rest.length === 1 ? line.trim().split(/\s+/) : rest
  return readRunner(command) ?? { kind: 'command', words: command }
}
