import { parseArgs } from 'node:util'
import { McpRunError } from '../../runtime/model/errors.ts'
import { BETWEEN } from '../../runtime/packages/package-spec.ts'
import { isPython, PYTHON_PREFIX } from '../../runtime/packages/python/requirement.ts'
import { parseArguments, type RunArguments } from '../run/arguments.ts'

export interface PinArguments {
  /** `name` or `name@spec`, as it was asked for; null: every pin, or the profile's package. */
  readonly what: string | null
  readonly store: string | undefined
  readonly json: boolean
  /** Every byte is read. */
  readonly verify: boolean
  /** What stands behind the package now is taken. */
  readonly accept: boolean
  /** As `mcp-run` would be started for it; null: pins are only listed. */
  readonly run: RunArguments | null
}

const HINT =
  'mcp-run pin [PACKAGE[@VERSION]] [--list] [--json] [--verify] [--accept], or mcp-run unpin PACKAGE[@VERSION]; a Python package is pypi:PACKAGE'

/** Options of a start that an installation heeds too. */
export const PASSED = {
  profile: { type: 'string' },
  sandbox: { type: 'string' },
  recorder: { type: 'string' },
  'upstream-proxy': { type: 'string' },
  'min-age': { type: 'string' },
  'accept-name': { type: 'string', multiple: true },
  'allow-scripts': { type: 'string', multiple: true },
} as const

const OWN = {
  store: { type: 'string' },
  list: { type: 'boolean' },
  json: { type: 'boolean' },
  verify: { type: 'boolean' },
  accept: { type: 'boolean' },
} as const

/** What follows `mcp-run pin` or `mcp-run unpin`. Throws `usage`. */
export function parsePinArguments(kind: 'pin' | 'unpin', words: readonly string[]): PinArguments {
  const { values, positionals } = parse(words, kind === 'pin' ? { ...OWN, ...PASSED } : { store: OWN.store })
  const given = values as Given
  const [what = null, ...others] = positionals
  if (others.length > 0) throw usage(`one package at a time, not ${positionals.join(' and ')}`)
  if (kind === 'unpin' && what === null) throw usage('which package?')
  if (given.list === true && what !== null) throw usage('--list lists every package')
  if (what !== null && given.profile !== undefined) throw usage('a package or a profile, not both')
  if (given.accept === true && what !== null && isPython(what))
    throw usage('--accept is for who published it, which of Python packages is not known')
  if (given.accept === true && what === null && given.profile === undefined)
    throw usage('--accept needs the package that is accepted')
  const store = typeof given.store === 'string' ? given.store : undefined
  const runWords = [...passedWords(given), ...(store === undefined ? [] : [`--store=${store}`])]
  const runs = what !== null || given.profile !== undefined
  return {
    what,
    store,
    json: given.json === true,
    verify: given.verify === true,
    accept: given.accept === true,
    run: kind === 'pin' && runs ? runArguments(runWords, what) : null,
  }
}

type Given = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

/** The options of a start among them, each one word: joined, a value may begin with a dash. */
export function passedWords(given: Given): readonly string[] {
  return Object.keys(PASSED).flatMap((name) =>
    [given[name] ?? []].flat().map((value) => `--${name}=${String(value)}`),
  )
}

function runArguments(options: readonly string[], what: string | null): RunArguments {
  const args = parseArguments([...options, ...(what === null ? [] : startWords(what))])
  if (args.kind !== 'run') throw usage('what is to be pinned?')
  return args
}

/** As a start would name it. */
function startWords(what: string): readonly string[] {
  if (isPython(what)) return ['uvx', '--', what.slice(PYTHON_PREFIX.length)]
  if (!what.includes(BETWEEN)) return ['-y', what]
  // Which command is run is not asked.
  return [...what.split(BETWEEN).map((one) => `--package=${one}`), '--call=true']
}

function parse<T extends NonNullable<Parameters<typeof parseArgs>[0]>['options']>(
  words: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...words], options: options ?? {}, strict: true, allowPositionals: true })
  } catch (error) {
    throw usage(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error))
  }
}

function usage(message: string): McpRunError {
  return new McpRunError('usage', message, { hint: HINT })
}
