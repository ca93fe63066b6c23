import { judgeVersion } from '../judge.ts'
import type { Facts, Pin } from '../pin.ts'
import { pinnedLast } from '../pin-index.ts'
import { judgeName, type Trust } from '../trust.ts'
import type { Distribution, PythonTree } from './report.ts'
import { formatRequirement, PYTHON_PREFIX, type PythonRequest } from './requirement.ts'
import type { Uploads } from './uploads.ts'

export interface PythonJudgeOptions {
  readonly request: PythonRequest
  /** `packages/` of the store. */
  readonly packages: string
  readonly trust: Trust
  /** What was installed before, and is to be had again. */
  readonly again: Pin | null
  /** One line for a person. */
  readonly say: (text: string) => void
}

/** What an index says of a file. Who uploaded it, and whether anybody vouches for it, pip does not ask. */
export function factsOf(
  distribution: Distribution,
  { uploads, registry, others }: { uploads: Uploads; registry: string; others: number },
): Facts {
  return {
    registry,
    published: uploads.of(distribution),
    publisher: { user: null, maintainers: [] },
    signature: { state: 'unchecked', why: 'Python indexes sign nothing that pip checks' },
    provenance: { state: 'unverified', why: 'attestations of Python indexes are not read' },
    dependencies: { signed: 0, unsigned: others },
  }
}

/**
 * Before anything is asked: what the package's name resembles. Throws `usage` where one that was named could be taken for
 * a widely used one.
 */
export function judgePythonNames({
  request,
  packages,
  trust,
  again,
  say,
}: PythonJudgeOptions): string | null {
  const judged = [request.package, ...request.beside].map(({ name }) => {
    const pinned = again !== null || pinnedLast(packages, `${PYTHON_PREFIX}${name}`) !== null
    const { resembles, warning } = judgeName(name, trust, pinned)
    if (warning !== null) say(warning)
    return resembles
  })
  return judged[0] ?? null
}

/** Throws `usage` where one that was named was uploaded so lately that nobody can have looked at it. */
export function judgeUploads(
  { request, packages, trust, again, say }: PythonJudgeOptions,
  { distributions }: PythonTree,
  { uploads, registry, now }: { uploads: Uploads; registry: string; now: number },
): void {
  // What is had again was judged when it came first.
  if (again !== null) return
  for (const one of [request.package, ...request.beside]) {
    const found = distributions.find(({ name }) => name === one.name)
    if (found === undefined) continue
    const name = `${PYTHON_PREFIX}${found.name}`
    const facts = factsOf(found, { uploads, registry, others: distributions.length - 1 })
    const spec = `${PYTHON_PREFIX}${formatRequirement(one)}`
    judgeVersion(
      { ...facts, spec, name, version: found.version },
      { failed: [], times: uploads.times(found.name) },
      { last: pinnedLast(packages, name), trust, now },
    ).forEach(say)
  }
}
