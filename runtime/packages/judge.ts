import { McpRunError } from '../model/errors.ts'
import { escapeText } from '../model/text.ts'
import type { Answer } from './answer.ts'
import { shellWord } from './package-spec.ts'
import type { Facts, Pin } from './pin.ts'
import { publisherChange } from './publisher-change.ts'
import type { Trust } from './trust.ts'

export interface Candidate extends Facts {
  readonly spec: string
  readonly name: string
  readonly version: string
}

/**
 * Whether a version may be taken, by who stands behind it. Returns what a person is to be told of it; throws
 * `install-failed` where a signature is wrong, and `usage` where it is the person's to decide.
 */
export function judgeVersion(
  candidate: Candidate,
  { failed, times }: Pick<Answer, 'failed' | 'times'>,
  {
    last,
    trust,
    now,
  }: { readonly last: (Facts & Pick<Pin, 'version'>) | null; readonly trust: Trust; readonly now: number },
): readonly string[] {
  refuseWrong(candidate, failed)
  refuseOthers(candidate, trust.publishers)
  if (last?.version !== candidate.version) refuseYoung(candidate, times, trust.minAge, now)
  const change = last === null ? { serious: [], minor: [] } : publisherChange(last, candidate)
  if (change.serious.length > 0 && !trust.accept) {
    const { name, version, spec } = candidate
    throw new McpRunError(
      'usage',
      `${name}@${version} is not as ${last?.version} was, which was pinned before: ${change.serious.join('; ')}`,
      {
        hint: `if that is right: mcp-run pin --accept ${shellWord(spec)}; the version before still runs as ${name}@${last?.version}`,
      },
    )
  }
  const remarks = [...change.serious, ...change.minor]
  return remarks.length === 0 ? [] : [`${candidate.name}@${candidate.version}: ${remarks.join('; ')}`]
}

function refuseWrong({ name, version }: Candidate, failed: Answer['failed']): void {
  const [first] = failed
  if (first === undefined) return
  const more = failed.length === 1 ? '' : `, and ${failed.length - 1} more`
  throw new McpRunError(
    'install-failed',
    `${name}@${version} was not installed: the signature of ${escapeText(first.id, 200)} does not hold${more}: ${escapeText(first.why, 300)}`,
    {
      hint: 'do not run it: it was changed after it was published, or on the way; npm audit signatures checks it too',
    },
  )
}

function refuseOthers(
  { name, version, publisher, provenance }: Candidate,
  declared: readonly string[],
): void {
  if (declared.length === 0) return
  const source = provenance.state === 'verified' ? provenance.repository : null
  if (declared.some((one) => one === publisher.user || one === source)) return
  const by = [publisher.user, source].filter((one) => one !== null).join(', ')
  const found = by === '' ? 'the registry does not say by whom' : `it was by ${escapeText(by, 200)}`
  throw new McpRunError(
    'usage',
    `${name}@${version} must be published by ${escapeText(declared.join(' or '), 200)}, as the profile says; ${found}`,
    { hint: 'if the profile is out of date, change `publishers` in it' },
  )
}

function refuseYoung(
  { name, version, published }: Candidate,
  times: ReadonlyMap<string, number>,
  minAge: number,
  now: number,
): void {
  const at = published === null ? null : Date.parse(published)
  if (at === null || now - at >= minAge) return
  const older = [...times].filter(([, time]) => now - time >= minAge).sort(([, a], [, b]) => b - a)[0]
  const other = older === undefined ? '' : `${name}@${escapeText(older[0], 60)} is older; or `
  throw new McpRunError(
    'usage',
    `${name}@${version} was published ${ageText(now - at)} ago, and less than ${ageText(minAge)} is too little for others to have noticed what may be wrong with it`,
    { hint: `${other}--min-age 0 takes it all the same` },
  )
}

export function ageText(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  if (minutes < 120) return `${minutes} minutes`
  const hours = Math.floor(minutes / 60)
  return hours < 72 ? `${hours} hours` : `${Math.floor(hours / 24)} days`
}
