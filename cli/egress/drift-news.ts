import { textDifference } from '../../runtime/fingerprint/text-difference.ts'
import type { TraitKind } from '../../runtime/model/traits.ts'
import type { VersionRecord, VersionTrait } from '../../runtime/store/read/versions.ts'

/** What came with a version, or in a later session of it, that no session before had. */
export interface News {
  readonly trait: VersionTrait
  /** `version`: in its first session, and versions went before; `session`: in a later one. */
  readonly basis: 'version' | 'session'
  /** Of a tool's text: what changed. */
  readonly difference: string | null
}

export interface VersionNews {
  readonly version: VersionRecord
  readonly counts: Readonly<Record<Counted, number>>
  readonly news: readonly News[]
  readonly unread: readonly string[]
  readonly beyond: readonly string[]
}

export type Counted = (typeof COUNTED)[number]
export const COUNTED = ['host', 'path', 'field', 'tool'] as const satisfies readonly TraitKind[]

/** Of a server's versions, oldest first. */
export function newsOf(versions: readonly VersionRecord[]): readonly VersionNews[] {
  const texts = new Map<string, string>()
  return versions.map((version, index) => {
    const news: News[] = []
    for (const trait of version.traits) {
      const difference = differenceOf(trait, texts)
      if (!trait.isFirst || trait.kind === 'unread' || trait.kind === 'beyond') continue
      const later = trait.firstSession !== version.firstSession
      // What the very first session showed is new to nobody.
      if (index === 0 && !later && difference === null) continue
      // A new tool says it all.
      if (isText(trait) && difference === null) continue
      news.push({ trait, basis: later || index === 0 ? 'session' : 'version', difference })
    }
    const names = (kind: TraitKind) =>
      version.traits
        .filter((trait) => trait.kind === kind)
        .map(({ name }) => name)
        .sort()
    const counts = Object.fromEntries(
      COUNTED.map((kind) => [kind, names(kind).length]),
    ) as VersionNews['counts']
    return { version, counts, news, unread: names('unread'), beyond: names('beyond') }
  })
}

/** Null for what is no tool's text, or the first one of its tool. */
function differenceOf(trait: VersionTrait, texts: Map<string, string>): string | null {
  if (!isText(trait)) return null
  const key = `${trait.kind}\n${trait.place}`
  const before = texts.get(key)
  texts.set(key, trait.detail ?? '')
  return before === undefined ? null : textDifference(before, trait.detail ?? '')
}

function isText({ kind }: VersionTrait): boolean {
  return kind === 'tool-description' || kind === 'tool-schema'
}
