import type { KnownTraits, Trait, TraitKind } from '../model/traits.ts'

/** Earlier sessions that had something: of other versions, and of this one. */
export interface Support {
  readonly elsewhere: number
  readonly here: number
}

interface Entry {
  readonly trait: Trait
  readonly support: Support
}

export const NO_SUPPORT: Support = { elsewhere: 0, here: 0 }

/** What earlier sessions left, as one session of one version looks at it. */
export class Known {
  readonly #entries = new Map<string, Entry>()
  readonly #groups = new Map<string, Support>()
  readonly #members = new Map<string, Trait[]>()
  readonly #counts = new Map<TraitKind, number>()
  readonly #labels: readonly { readonly label: string; readonly own: boolean }[]

  constructor({ versions, traits }: KnownTraits, label: string, integrity: string | null) {
    const isOwn = (at: number) => versions[at]?.label === label && versions[at]?.integrity === integrity
    this.#labels = versions.map((version, at) => ({ label: version.label, own: isOwn(at) }))
    const groups = new Map<string, number[]>()
    for (const trait of traits) {
      const support = { elsewhere: 0, here: 0 }
      const group = groupKey(trait)
      const most = groups.get(group) ?? groups.set(group, []).get(group) ?? []
      for (const { version, sessions } of trait.seen) {
        support[isOwn(version) ? 'here' : 'elsewhere'] += sessions
        most[version] = Math.max(most[version] ?? 0, sessions)
      }
      this.#entries.set(traitKey(trait), { trait, support })
      const members = this.#members.get(group)
      if (members === undefined) this.#members.set(group, [trait])
      else members.push(trait)
      this.#counts.set(trait.kind, this.count(trait.kind) + 1)
    }
    for (const [group, most] of groups) {
      const sum = { elsewhere: 0, here: 0 }
      most.forEach((sessions, at) => {
        sum[isOwn(at) ? 'here' : 'elsewhere'] += sessions
      })
      this.#groups.set(group, sum)
    }
  }

  /** There was no session before. */
  get isEmpty(): boolean {
    return this.#labels.length === 0
  }

  count(kind: TraitKind): number {
    return this.#counts.get(kind) ?? 0
  }

  has(trait: Pick<Trait, 'kind' | 'place' | 'name'>): boolean {
    return this.#entries.has(traitKey(trait))
  }

  of(trait: Pick<Trait, 'kind' | 'place' | 'name'>): Support {
    return this.#entries.get(traitKey(trait))?.support ?? NO_SUPPORT
  }

  /** At least so many sessions had some trait of that kind at that place. */
  any(trait: Pick<Trait, 'kind' | 'place'>): Support {
    return this.#groups.get(groupKey(trait)) ?? NO_SUPPORT
  }

  /** In the order in which they were first seen. */
  at(kind: TraitKind, place: string): readonly Trait[] {
    return this.#members.get(groupKey({ kind, place })) ?? []
  }

  /** Of other versions, latest first. */
  otherVersions(): readonly string[] {
    return this.#labels
      .filter(({ own }) => !own)
      .map(({ label }) => label)
      .reverse()
  }
}

export function traitKey({ kind, place, name }: Pick<Trait, 'kind' | 'place' | 'name'>): string {
  return `${kind}\n${place}\n${name}`
}

function groupKey({ kind, place }: Pick<Trait, 'kind' | 'place'>): string {
  return `${kind}\n${place}`
}
