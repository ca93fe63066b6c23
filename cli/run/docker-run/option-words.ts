import { nearWord } from '../../../profiles/near-word.ts'
import { McpRunError } from '../../../runtime/model/errors.ts'
import { escapeText } from '../../../runtime/model/text.ts'
import { KNOWN_OPTIONS, type KnownOption } from './known-options.ts'

export interface GivenOption {
  readonly known: KnownOption
  /** For a switch `true` or `false`. */
  readonly value: string
}

/**
 * Options as Docker's command line (pflag) reads them: up to the first word that is none, or `--`. Short ones may
 * stand together (`-it`), the last of them with its value (`-eK=V`, `-ie K`). Throws `usage`; no error repeats a value.
 */
export function readOptions(words: readonly string[]): {
  readonly given: readonly GivenOption[]
  readonly rest: readonly string[]
} {
  const given: GivenOption[] = []
  let at = 0
  const next = (option: string): string => {
    const value = words[++at]
    if (value === undefined) throw usage(`${option} needs a value`)
    return value
  }
  for (; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--') return { given, rest: words.slice(at + 1) }
    if (!word.startsWith('-') || word === '-') break
    given.push(...(word.startsWith('--') ? [longOption(word, next)] : shortOptions(word, next)))
  }
  return { given, rest: words.slice(at) }
}

type Next = (option: string) => string

function longOption(word: string, next: Next): GivenOption {
  const equals = word.indexOf('=')
  const name = word.slice(2, equals < 0 ? undefined : equals)
  const known = KNOWN_OPTIONS.find((one) => one.name === name)
  if (known === undefined) throw unknown(`--${name}`)
  const joined = equals < 0 ? null : word.slice(equals + 1)
  if (known.takesValue) return { known, value: joined ?? next(`--${name}`) }
  return { known, value: joined === null ? 'true' : switchValue(`--${name}`, joined) }
}

function shortOptions(word: string, next: Next): GivenOption[] {
  const given: GivenOption[] = []
  for (let at = 1; at < word.length; at++) {
    const option = `-${word[at]}`
    const known = KNOWN_OPTIONS.find((one) => one.short === word[at])
    if (known === undefined) throw unknown(option)
    const rest = word.slice(at + 1)
    if (!known.takesValue && !rest.startsWith('=')) {
      given.push({ known, value: 'true' })
      continue
    }
    const joined = rest.replace(/^=/s, '')
    if (!known.takesValue) return [...given, { known, value: switchValue(option, joined) }]
    return [...given, { known, value: rest === '' ? next(option) : joined }]
  }
  return given
}

function switchValue(option: string, text: string): string {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return 'true'
  if (/^(0|f|F|false|FALSE|False)$/.test(text)) return 'false'
  throw usage(`${option} is a switch: it is true or false`)
}

function unknown(option: string): McpRunError {
  const near = option.startsWith('--')
    ? nearWord(
        option.slice(2),
        KNOWN_OPTIONS.map(({ name }) => name),
      )
    : null
  const shown = escapeText(option, 64)
  return usage(
    `${shown} is no option that mcp-run knows`,
    near === null ? `leave ${shown} out, or see docker run --help` : `did you mean --${near}?`,
  )
}

export function usage(what: string, hint = 'docker run -i --rm [-e NAME] IMAGE [ARGUMENTS]'): McpRunError {
  return new McpRunError('usage', `docker run: ${what}`, { hint })
}
