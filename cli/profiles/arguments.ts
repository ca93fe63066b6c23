import { parseArgs } from 'node:util'
import { McpRunError } from '../../runtime/model/errors.ts'
import { parseArguments } from '../run/arguments.ts'

export type ProfilesArguments =
  | { readonly kind: 'list'; readonly store: string | undefined; readonly json: boolean }
  | {
      readonly kind: 'check'
      readonly store: string | undefined
      /** Names or files; none: all that hold a recorded run. */
      readonly names: readonly string[]
      /** As `mcp-run --sandbox` takes it. */
      readonly sandbox: string
      /** How long a server is left running after its answers. */
      readonly waitMs: number
    }

const HINT = 'mcp-run profiles [--json], or mcp-run profiles check [NAME…] [--sandbox NAME] [--wait SECONDS]'

/** Statistics are sent in batches, every ten seconds by a common library. */
const WAIT_S = 15
const MAX_WAIT_S = 3600

/** What follows `mcp-run profiles`. Throws `usage`. */
export function parseProfilesArguments(words: readonly string[]): ProfilesArguments {
  if (words[0] === 'check') return check(words.slice(1))
  const options = { store: { type: 'string' }, json: { type: 'boolean' } } as const
  const { values, positionals } = parse(words, options)
  const [unknown] = positionals
  if (unknown !== undefined) throw usage(`mcp-run profiles does not take ${unknown}`)
  return { kind: 'list', store: values.store, json: values.json ?? false }
}

function check(words: readonly string[]): ProfilesArguments {
  const options = {
    store: { type: 'string' },
    sandbox: { type: 'string' },
    wait: { type: 'string' },
  } as const
  const { values, positionals: names } = parse(words, options)
  const { sandbox = 'auto' } = values
  // It is passed on: whether it is one is for that side to say.
  parseArguments(['--sandbox', sandbox, '--profile', 'x'])
  const { wait = String(WAIT_S) } = values
  if (!/^\d{1,4}$/.test(wait) || Number(wait) > MAX_WAIT_S) {
    throw usage(`--wait ${wait}: it takes seconds, up to ${MAX_WAIT_S}`)
  }
  return { kind: 'check', store: values.store, names, sandbox, waitMs: Number(wait) * 1000 }
}

type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>

function parse<T extends Options>(words: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...words], options, strict: true, allowPositionals: true })
  } catch (error) {
    throw usage(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error))
  }
}

function usage(message: string): McpRunError {
  return new McpRunError('usage', message, { hint: HINT })
}
