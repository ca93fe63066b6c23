import { readBounded } from './bounded-file.ts'
import type { Facts, Provenance, Signature } from './pin.ts'

/** What was found in the sandbox, as far as it is to be believed: every text is cut, every list is bounded. */
export interface Answer {
  /** Empty where it could not be found out. */
  readonly version: string
  readonly integrity: string
  readonly facts: Facts
  /** When each version was published: milliseconds since 1970; empty where the registry does not say. */
  readonly times: ReadonlyMap<string, number>
  /** Signatures that are wrong: `name@version`, and why. */
  readonly failed: readonly { readonly id: string; readonly why: string }[]
}

/** Takes credentials out of what a library said, which may hold the URL that it asked. */
type Clean = (text: string) => string

const MAX_BYTES = 16 * 1024 * 1024
const MAX_ITEMS = 100
const MAX_VERSIONS = 10_000

/** What was found of each package. `name` null: of one that no registry was asked for, what it depends on. */
export type Answers = (name: string | null) => Answer

/** Null where the program in the sandbox left none. */
export async function readAnswers(file: string, clean: Clean): Promise<Answers | null> {
  try {
    return asAnswers(JSON.parse(await readBounded(file, MAX_BYTES)), clean)
  } catch {
    return null
  }
}

export function asAnswers(value: unknown, clean: Clean = (said) => said): Answers {
  const { packages, problem, ...rest } = record(value)
  return (name) => {
    if (problem !== undefined) return asAnswer({ problem }, clean)
    if (name === null) return asAnswer(rest, clean)
    const own = list(packages).find((one) => record(one).name === name)
    return asAnswer(own === undefined ? { problem: 'it was not asked' } : { ...record(own), ...rest }, clean)
  }
}

export function asAnswer(value: unknown, clean: Clean = (said) => said): Answer {
  const raw = record(value)
  const said = text(raw.problem)
  const problem = said === null ? null : clean(said)
  return {
    version: text(raw.version) ?? '',
    integrity: text(raw.integrity) ?? '',
    facts: {
      registry: text(raw.registry),
      published: time(raw.published) === null ? null : new Date(time(raw.published) ?? 0).toISOString(),
      publisher: { user: text(raw.user), maintainers: texts(raw.maintainers) },
      signature:
        problem === null ? signature(record(raw.signature), clean) : { state: 'unchecked', why: problem },
      provenance:
        problem === null ? provenance(record(raw.provenance), clean) : { state: 'unverified', why: problem },
      dependencies: { signed: count(raw.signed), unsigned: count(raw.unsigned) },
    },
    times: times(record(raw.times)),
    failed: list(raw.failed).map((one) => ({
      id: text(record(one).id) ?? 'a package',
      why: text(record(one).why) ?? 'its signature does not hold',
    })),
  }
}

function signature({ state, keyid, why }: Record<string, unknown>, clean: Clean): Signature {
  if (state === 'verified') return { state, keyid: text(keyid) ?? '' }
  if (state === 'unsigned-registry' || state === 'unsigned') return { state }
  return { state: 'unchecked', why: clean(text(why) ?? 'it could not be read') }
}

function provenance(raw: Record<string, unknown>, clean: Clean): Provenance {
  const repository = text(raw.repository)
  if (raw.state === 'verified' && repository !== null) {
    return { state: 'verified', repository, workflow: text(raw.workflow), commit: text(raw.commit) }
  }
  return raw.state === 'none'
    ? { state: 'none' }
    : { state: 'unverified', why: clean(text(raw.why) ?? 'it could not be read') }
}

function times(raw: Record<string, unknown>): ReadonlyMap<string, number> {
  const entries = Object.entries(raw).slice(0, MAX_VERSIONS)
  return new Map(
    entries.flatMap(([version, at]) => {
      const when = time(at)
      return when === null || version === 'created' || version === 'modified' ? [] : [[version, when]]
    }),
  )
}

function time(value: unknown): number | null {
  const at = typeof value === 'string' && value.length < 64 ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? null : at
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, 300) : null
}

function texts(value: unknown): readonly string[] {
  return list(value).flatMap((item) => text(item) ?? [])
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_ITEMS) : []
}

function count(value: unknown): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : 0
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
