import { parseArgs } from 'node:util'
import { checkAge } from '../../profiles/field-check.ts'
import { McpRunError } from '../../runtime/model/errors.ts'
import type { Mode } from '../../runtime/model/verdict.ts'
import { isEngineCommand } from './docker-run.ts'
import { type Runner, readRunner } from './runner/runner.ts'

export interface RunOptions {
  readonly profile: string | null
  readonly sandbox: 'auto' | 'docker' | 'native'
  /** Where the recorder runs, with a container engine. */
  readonly recorder: 'auto' | 'process' | 'container'
  /** Null: as the profile says. */
  readonly mode: Exclude<Mode, 'read-only'> | null
  /** Only what reads. */
  readonly readOnly: boolean
  /** The same until a date, in milliseconds from the first start on; null: no trial is asked for. */
  readonly trial: number | null
  readonly allowRead: readonly string[]
  readonly allowWrite: readonly string[]
  readonly passEnv: readonly string[]
  /** `--image`: the server's own image; what follows are its arguments. */
  readonly image: string | null
  readonly store: string | undefined
  /** A URL, perhaps with a password, or `none`; null: as the environment says. */
  readonly upstreamProxy: string | null
  readonly packages: readonly string[]
  /** A line for a shell, with the package's commands in its PATH; null: one command of the package is run. */
  readonly call: string | null
  /** Packages that are meant, though their names resemble others. */
  readonly acceptNames: readonly string[]
  /** Packages whose install scripts run. */
  readonly allowScripts: readonly string[]
  /** Milliseconds; null: as the profile says, else the default. */
  readonly minAge: number | null
  /** A finding is told in the result of the tool that it belongs to. */
  readonly annotate: boolean
  readonly timing: boolean
}

type Subcommand = (typeof SUBCOMMANDS)[number]

export type Arguments =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'doctor'; readonly fix: boolean }
  | { readonly kind: Subcommand; readonly words: readonly string[] }
  /**
   * `own`: what follows `--` is a command; else it is a package, or the server's arguments. `runner`: those words, where
   * they begin with a program that installs a package and runs it.
   */
  | {
      readonly kind: 'run'
      readonly options: RunOptions
      readonly own: boolean
      readonly words: readonly string[]
      readonly runner?: Exclude<Runner, { kind: 'command' }>
    }

export type RunArguments = Extract<Arguments, { kind: 'run' }>

const SUBCOMMANDS = ['pin', 'unpin', 'upgrade', 'trial', 'profiles'] as const

const OPTIONS = {
  profile: { type: 'string' },
  sandbox: { type: 'string' },
  recorder: { type: 'string' },
  mode: { type: 'string' },
  'read-only': { type: 'boolean' },
  trial: { type: 'string' },
  'allow-read': { type: 'string', multiple: true },
  'allow-write': { type: 'string', multiple: true },
  image: { type: 'string' },
  'pass-env': { type: 'string', multiple: true },
  store: { type: 'string' },
  'upstream-proxy': { type: 'string' },
  package: { type: 'string', multiple: true, short: 'p' },
  call: { type: 'string', short: 'c' },
  'accept-name': { type: 'string', multiple: true },
  'allow-scripts': { type: 'string', multiple: true },
  'min-age': { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
  'no-annotate': { type: 'boolean' },
  timing: { type: 'boolean' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

const HINT = 'mcp-run --help'

/** npx's rule: options end at the first word that is not one, or at `--`; the rest is the server's. Throws `usage`. */
export function parseArguments(argv: readonly string[]): Arguments {
  const { head, rest, own } = splitArguments(argv)
  if (!own && head.length === 0 && rest[0] === 'doctor') return doctor(rest.slice(1))
  const subcommand = !own && head.length === 0 ? SUBCOMMANDS.find((word) => word === rest[0]) : undefined
  if (subcommand !== undefined) return { kind: subcommand, words: rest.slice(1) }
  const { values } = parseHead(head)
  if (values.help === true) return { kind: 'help' }
  if (values.version === true) return { kind: 'version' }
  const options: RunOptions = {
    profile: values.profile ?? null,
    sandbox: oneOf('--sandbox', values.sandbox, ['auto', 'docker', 'native']) ?? 'auto',
    recorder: oneOf('--recorder', values.recorder, ['auto', 'process', 'container']) ?? 'auto',
    mode: oneOf('--mode', values.mode, ['enforce', 'monitor']),
    readOnly: values['read-only'] === true,
    trial: values.trial === undefined ? null : trialLength(values.trial),
    allowRead: values['allow-read'] ?? [],
    allowWrite: values['allow-write'] ?? [],
    image: values.image ?? null,
    passEnv: (values['pass-env'] ?? []).map(environmentName),
    store: values.store,
    upstreamProxy: values['upstream-proxy'] ?? null,
    packages: values.package ?? [],
    call: values.call ?? null,
    acceptNames: values['accept-name'] ?? [],
    allowScripts: values['allow-scripts'] ?? [],
    minAge: values['min-age'] === undefined ? null : age('--min-age', values['min-age'], ', or --min-age 0'),
    annotate: values['no-annotate'] !== true,
    timing: values.timing ?? false,
  }
  if (options.mode === 'monitor' && (options.readOnly || options.trial !== null)) {
    throw new McpRunError(
      'usage',
      '--mode monitor lets everything through, and a read-only session what reads',
      {
        hint: 'leave one of them out',
      },
    )
  }
  if (own && rest.length === 0) throw new McpRunError('usage', 'no command follows --', { hint: HINT })
  if (
    options.profile === null &&
    options.image === null &&
    options.packages.length === 0 &&
    rest.length === 0
  ) {
    throw new McpRunError('usage', 'what is to be run? Name a profile, a package or an image', {
      hint: 'mcp-run --profile NAME, mcp-run -y PACKAGE, or mcp-run --image IMAGE',
    })
  }
  return runArguments(options, { own, rest, yes: values.yes === true })
}

/** What stands in npx's place may be npx, or another of its kind: then it is the package that is meant. */
function runArguments(
  options: RunOptions,
  { own, rest, yes }: { own: boolean; rest: readonly string[]; yes: boolean },
): RunArguments {
  const plain = { kind: 'run', options, words: rest } as const
  const { profile, image, packages, call } = options
  if (call !== null && (packages.length === 0 || rest.length > 0)) {
    throw new McpRunError('usage', '-c takes the whole line, for commands of the package that -p names', {
      hint: "mcp-run -y -p PACKAGE -c 'COMMAND ARGUMENTS'",
    })
  }
  // As npx has it: the words that name a package end the options.
  if (packages.length > 0) return { ...plain, own: false }
  const bare = profile === null && !yes
  const runner = image === null && (own || bare) ? readRunner(rest) : null
  if (runner?.kind === 'command') return { ...plain, own: true, words: runner.words }
  if (runner !== null) return { ...plain, own: false, runner }
  return { ...plain, own: own && !(yes && profile === null && image === null && !isEngineCommand(rest)) }
}

function splitArguments(argv: readonly string[]): { head: string[]; rest: readonly string[]; own: boolean } {
  const head: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (word === '--') return { head, rest: argv.slice(at + 1), own: true }
    if (!word.startsWith('-') || word === '-') return { head, rest: argv.slice(at), own: false }
    head.push(word)
    if (takesValue(word)) {
      const value = argv[++at]
      if (value === undefined) throw new McpRunError('usage', `${word} needs a value`, { hint: HINT })
      // Joined, a value may begin with a dash.
      head.splice(-1, 1, word.startsWith('--') ? `${word}=${value}` : `${word}${value}`)
    }
  }
  return { head, rest: [], own: false }
}

/** Whether the next word is this option's value. */
function takesValue(word: string): boolean {
  if (word.includes('=')) return false
  return Object.entries(OPTIONS).some(([name, option]) => {
    const short = 'short' in option ? `-${option.short}` : null
    return option.type === 'string' && (word === `--${name}` || word === short)
  })
}

function parseHead(head: string[]) {
  try {
    return parseArgs({ args: head, options: OPTIONS, strict: true, allowPositionals: false })
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error)
    throw new McpRunError('usage', message, { hint: HINT })
  }
}

function oneOf<T extends string>(option: string, value: string | undefined, known: readonly T[]): T | null {
  if (value === undefined) return null
  const found = known.find((one) => one === value)
  if (found === undefined) {
    throw new McpRunError('usage', `${option} ${value}: it is one of ${known.join(', ')}`, { hint: HINT })
  }
  return found
}

function age(option: string, text: string, more = ''): number {
  const checked = checkAge(text)
  if (checked.ok) return checked.value
  throw new McpRunError('usage', `${option} ${text}: it takes a span of time`, {
    hint: `${option} 24h, ${option} 7d${more}`,
  })
}

function trialLength(text: string): number {
  const length = age('--trial', text)
  if (length > 0) return length
  throw new McpRunError('usage', '--trial 0: a trial takes some time', { hint: '--trial 7d' })
}

function environmentName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name
  throw new McpRunError('usage', `--pass-env ${name}: it takes a variable's name, not its value`, {
    hint: '--pass-env API_KEY',
  })
}

function doctor(words: readonly string[]): Arguments {
  const unknown = words.find((word) => word !== '--fix')
  if (unknown !== undefined) {
    throw new McpRunError('usage', `mcp-run doctor does not take ${unknown}`, {
      hint: 'mcp-run doctor [--fix]',
    })
  }
  return { kind: 'doctor', fix: words.includes('--fix') }
}
