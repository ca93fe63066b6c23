import { McpRunError } from '../model/errors.ts'
import { escapeText } from '../model/text.ts'
import { bareName, placedName } from './origin.ts'
import { namedPackages, type PackageSpec } from './package-spec.ts'
import { type Pin, pinnedPackages } from './pin.ts'
import { pinnedLast } from './pin-index.ts'
import type { Archive } from './roots.ts'
import { judgeName, type Trust } from './trust.ts'

/** What is said of the names of all that is to be installed, before anything is asked or installed. */
export interface NameJudge {
  /** Told of each archive, by its number among those that were named. Throws `usage` where it may not be taken. */
  archive(archive: Archive, at: number): void
  /** The pin, with what each name resembles. */
  resembling<T extends Omit<Pin, 'files'>>(pin: T): T
}

/** Throws `usage` where a name could be taken for a widely used one. Archives are judged when they are read. */
export function judgeNames(
  spec: PackageSpec,
  {
    packages,
    trustOf,
    before,
    say,
  }: {
    readonly packages: string
    readonly trustOf: (spec: PackageSpec, at: number) => Trust
    /** What was pinned for the same before. */
    readonly before: Pin | null
    readonly say: (text: string) => void
  },
): NameJudge {
  const named = namedPackages(spec)
  const found: (string | null)[] = named.map(() => null)
  const judge = (at: number, name: string, trust: Trust, pinned: boolean) => {
    const { resembles, warning } = judgeName(name, trust, pinned)
    found[at] = resembles
    if (warning !== null) say(warning)
  }
  for (const [at, one] of named.entries()) {
    if (one.origin !== undefined) continue
    judge(at, one.name, trustOf(one, at), pinnedLast(packages, one.name) !== null)
  }
  return {
    archive({ name }, at) {
      const one = named[at]
      if (one?.origin === undefined) return
      const trust = trustOf(one, at)
      refuseUnexpected(name, trust)
      const own = placedName(one.origin, name)
      const pinned = before !== null && pinnedPackages(before)[at]?.name === own
      judge(at, name, trust, pinned)
      if (!trust.genuine().includes(name)) return
      // Anybody can write that name into a package.json.
      found[at] = name
      say(claimText(own))
    },
    resembling(pin) {
      const [own = null, ...others] = found
      const beside = pin.beside?.map((one, at) => ({ ...one, resembles: others[at] ?? null }))
      return { ...pin, resembles: own, ...(beside !== undefined && { beside }) }
    },
  }
}

/** What a start says of a package that is pinned, though its name resembles another's; null: nothing. */
export function resemblanceText({ name, resembles }: Pick<Pin, 'name' | 'resembles'>): string | null {
  if (resembles === null) return null
  return bareName(name) === resembles ? claimText(name) : `${name} is not ${resembles}, which many run`
}

function claimText(name: string): string {
  return `${name} calls itself ${bareName(name)}, which many run: nothing shows that it is`
}

/** A profile is for its own package: an archive that is run with it must hold one of that name. */
export function refuseUnexpected(name: string, { expects, acceptedNames }: Trust): void {
  const bare = bareName(name)
  if (expects === null || expects === bare || acceptedNames.includes(bare)) return
  throw new McpRunError(
    'usage',
    `the profile is for ${expects}, and this is ${escapeText(bare, 214)}, another package`,
    { hint: `${expects}, if that was meant; else --accept-name ${escapeText(bare, 214)}` },
  )
}
