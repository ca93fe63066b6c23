import { escapeText } from '../../../runtime/model/text.ts'
import { formatRequirement, parseRequirement } from '../../../runtime/packages/python/requirement.ts'
import { type KnownOptions, readOptions, usage } from './option-words.ts'
import type { Runner } from './runner.ts'

type PythonRunner = Extract<Runner, { kind: 'python' }>

const UVX: KnownOptions = {
  ignored: [
    ...[
      '-q',
      '--quiet',
      '-v',
      '--verbose',
      '--no-progress',
      '--native-tls',
      '--isolated',
      '-n',
      '--no-cache',
    ],
    ...['--refresh', '-U', '--upgrade', '--no-python-downloads'],
  ],
  values: { '--from': 'from', '--with': 'with', '-w': 'with', '-p': 'python', '--python': 'python' },
}

const PIPX: KnownOptions = {
  ignored: ['-q', '--quiet', '-v', '--verbose', '--no-cache'],
  values: { '--spec': 'from', '--with': 'with', '--python': 'python' },
}

/** `uvx`, `uv tool run` and `pipx run`; null for anything else. */
export function readPythonRunner(program: string, words: readonly string[]): PythonRunner | null {
  const [first, second, ...rest] = words
  if (program === 'uvx') return runner('uv', 'uvx', words)
  if (program === 'uv' && first === 'tool' && second === 'run') return runner('uv', 'uv tool run', rest)
  if (program === 'pipx' && first === 'run') return runner('pip', 'pipx run', words.slice(1))
  return null
}

function runner(tool: PythonRunner['tool'], program: string, words: readonly string[]): PythonRunner {
  const { values, rest } = readOptions(program, words, tool === 'uv' ? UVX : PIPX)
  const [command, ...args] = rest
  if (command === undefined) throw usage(`${program} names no package`, `${program} PACKAGE [ARGUMENT…]`)
  const from = values('from').at(-1)
  if (from !== undefined && !/^[\w.-]+$/.test(command))
    throw usage(`'${escapeText(command, 100)}' is no command of ${escapeText(from, 100)}`)
  const python = values('python').at(-1)
  const beside = values('with').flatMap(listed).map(parseRequirement)
  return {
    kind: 'python',
    tool,
    request: {
      package: parseRequirement(from ?? command),
      beside: beside.sort((a, b) => (formatRequirement(a) < formatRequirement(b) ? -1 : 1)),
      bin: from === undefined ? null : command,
      python: python === undefined ? null : pythonVersion(program, python),
    },
    args,
  }
}

/** `a,b>=1,<2`: a comma before a name separates, one before a comparison does not. */
function listed(text: string): string[] {
  return text.split(/,(?=\s*[A-Za-z0-9])/).map((one) => one.trim())
}

function pythonVersion(program: string, text: string): string {
  const version = /^(?:c?python@?)?(3(?:\.\d{1,3}){0,2})$/i.exec(text)?.[1]
  if (version !== undefined) return version
  throw usage(
    `${program} --python ${escapeText(text, 64)} is not understood here`,
    `${program} --python 3.12`,
  )
}
