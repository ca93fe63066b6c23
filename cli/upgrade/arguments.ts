import { parseArgs } from 'node:util'
import { McpRunError } from '../../runtime/model/errors.ts'
import { escapeText } from '../../runtime/model/text.ts'
import { shownAddress } from '../../runtime/packages/origin.ts'
import { parsePackageSpec, readPackageSpec, shellWord } from '../../runtime/packages/package-spec.ts'
import { PASSED, passedWords } from '../pin/arguments.ts'
import { parseArguments, type RunArguments } from '../run/arguments.ts'

export interface UpgradeArguments {
  /** As `mcp-run` would be started for what runs now. */
  readonly run: RunArguments
  /** `name`, or `name@spec` as it was asked for. */
  readonly what: string
  /** An exact version, a range or a tag; null: the newest. */
  readonly version: string | null
  /** What is shown is accepted, without a question. */
  readonly yes: boolean
  readonly dryRun: boolean
  readonly json: boolean
  readonly store: string | undefined
}

const HINT = 'mcp-run upgrade PACKAGE [VERSION] [--yes] [--dry-run] [--json]'

const { profile: _, ...OF_A_START } = PASSED

const OWN = {
  store: { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
  'dry-run': { type: 'boolean' },
  json: { type: 'boolean' },
} as const

/** What follows `mcp-run upgrade`. Throws `usage`. */
export function parseUpgradeArguments(words: readonly string[]): UpgradeArguments {
  const { values, positionals } = parse(words)
  const [what, version = null, ...others] = positionals
  if (what === undefined) throw usage('which package?')
  if (others.length > 0) throw usage(`one package and one version, not ${positionals.join(' and ')}`)
  if (values.yes === true && values['dry-run'] === true) throw usage('--yes or --dry-run, not both')
  const { name, origin } = readPackageSpec(what, process.cwd())
  if (origin !== undefined) {
    const shown = escapeText(shownAddress(what), 300)
    throw new McpRunError('usage', `${shown} is of no registry, which alone has other versions`, {
      hint: `mcp-run pin --accept ${shellWord(shown)} takes what is there now`,
    })
  }
  if (version !== null) parsePackageSpec(`${name}@${version}`)
  const { store } = values
  const options = [...passedWords(values), ...(store === undefined ? [] : [`--store=${store}`])]
  const run = parseArguments([...options, '-y', what])
  if (run.kind !== 'run') throw usage('which package?')
  return {
    run,
    what,
    version,
    yes: values.yes === true,
    dryRun: values['dry-run'] === true,
    json: values.json === true,
    store,
  }
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: { ...OWN, ...OF_A_START },
      strict: true,
      allowPositionals: true,
    })
  } catch (error) {
    throw usage(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error))
  }
}

function usage(message: string): McpRunError {
  return new McpRunError('usage', message, { hint: HINT })
}
