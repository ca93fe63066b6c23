import { parseArgs } from 'node:util'

/** Measured where no part is named. */
const USUAL = ['launch', 'docker', 'relay', 'inspection', 'journal'] as const
export const PARTS = [...USUAL, 'cold'] as const
export type Part = (typeof PARTS)[number]

export interface Options {
  readonly parts: readonly Part[]
  readonly rounds: number
  /** A build to measure as it is; null: this checkout's, made anew. */
  readonly dist: string | null
  /** Where mockttp is installed, which `inspection` compares with. */
  readonly mockttp: string | null
}

const DEFAULT_ROUNDS = 5

/** Throws an error that says what is meant instead. */
export function parseOptions(argv: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { rounds: { type: 'string' }, dist: { type: 'string' }, 'with-mockttp': { type: 'string' } },
  })
  const unknown = positionals.filter((word) => !isPart(word))
  if (unknown.length > 0) throw new Error(`no part named ${unknown.join(', ')}: ${PARTS.join(', ')}`)
  const rounds = Number(values.rounds ?? DEFAULT_ROUNDS)
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a number of 1 or more')
  const parts = positionals.filter(isPart)
  return {
    parts: parts.length > 0 ? parts : USUAL,
    rounds,
    dist: values.dist ?? null,
    mockttp: values['with-mockttp'] ?? null,
  }
}

function isPart(word: string): word is Part {
  return (PARTS as readonly string[]).includes(word)
}
