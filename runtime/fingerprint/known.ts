import type { KnownTrait, KnownTraits, KnownVersion, Support, Trait, TraitKind } from '../model/traits.ts'

export const NO_SUPPORT: Support = { elsewhere: 0, here: 0 }

/** What earlier sessions left, to be looked up. */
export class Known {
  readonly #traits = new Map<string, KnownTrait>()
  readonly #groups = new Map<string, Support>()
  readonly #members = new Map<string, Trait[]>()
  readonly #counts = new Map<TraitKind, number>()
  readonly #versions: readonly KnownVersion[]

  constructor({ versions, traits, groups }: KnownTraits) {
    this.#versions = versions
    for (const trait of traits) {
      this.#traits.set(traitKey(trait), trait)
      const group = groupKey(trait)
      const members = this.#members.get(group)
      if (members === undefined) this.#members.set(group, [trait])
      else members.push(trait)
      this.#counts.set(trait.kind, this.count(trait.kind) + 1)
    }
    for (const group of groups) this.#groups.set(groupKey(group), group.support)
  }

  /** There was no session before. */
  get isEmpty(): boolean {
    return this.#versions.length === 0
  }

  count(kind: TraitKind): number {
    return this.#counts.get(kind) ?? 0
  }

  has(trait: Pick<Trait, 'kind' | 'place' | 'name'>): boolean {
    return this.#traits.has(traitKey(trait))
  }

  of(trait: Pick<Trait, 'kind' | 'place' | 'name'>): Support {
    return this.#traits.get(traitKey(trait))?.support ?? NO_SUPPORT
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
    return this.#versions
      .filter(({ isOwn }) => !isOwn)
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
