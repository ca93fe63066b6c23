import { McpRunError } from '../../../runtime/model/errors.ts'
import { escapeText } from '../../../runtime/model/text.ts'

/** The options of a runner that are understood, each by all of its spellings. */
export interface KnownOptions {
  /** They ask for nothing that matters here: how much is said, or what a cache may do. */
  readonly ignored: readonly string[]
  /** Switches that matter. */
  readonly flags?: Readonly<Record<string, string>>
  /** Spelling -> name of those with a value. */
  readonly values: Readonly<Record<string, string>>
}

export interface GivenOptions {
  readonly flags: ReadonlySet<string>
  values(name: string): readonly string[]
  /** What follows the options, which end at the first word that is none, or at `--`. */
  readonly rest: readonly string[]
}

/** Throws `usage` for an option that is not understood. `program` is for the message. */
export function readOptions(program: string, words: readonly string[], known: KnownOptions): GivenOptions {
  const flags = new Set<string>()
  const given: (readonly [string, string])[] = []
  let at = 0
  for (; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--') {
      at++
      break
    }
    if (!word.startsWith('-') || word === '-') break
    if (known.ignored.includes(word)) continue
    const flag = known.flags?.[word]
    if (flag !== undefined) {
      flags.add(flag)
      continue
    }
    const [spelling, inline] = split(word, known.values)
    const name = known.values[spelling]
    if (name === undefined) throw notUnderstood(program, spelling)
    const value = inline ?? words[++at]
    if (value === undefined) throw usage(`${program} ${spelling} needs a value`)
    given.push([name, value])
  }
  return {
    flags,
    values: (name) => given.flatMap(([one, value]) => (one === name ? [value] : [])),
    rest: words.slice(at),
  }
}

/** `--name=value`, `-pvalue`. */
function split(word: string, values: KnownOptions['values']): readonly [string, string | null] {
  const equals = word.indexOf('=')
  if (word.startsWith('--'))
    return equals < 0 ? [word, null] : [word.slice(0, equals), word.slice(equals + 1)]
  const short = word.slice(0, 2)
  return word.length > 2 && values[short] !== undefined
    ? [short, word.slice(2).replace(/^=/, '')]
    : [word, null]
}

function notUnderstood(program: string, option: string): McpRunError {
  return usage(
    `${program} ${escapeText(option, 64)} is not understood here`,
    'leave it out; indexes, registries and credentials are taken from your own configuration: docs/runners.md',
  )
}

export function usage(message: string, hint = 'docs/runners.md has what is understood'): McpRunError {
  return new McpRunError('usage', message, { hint })
}
