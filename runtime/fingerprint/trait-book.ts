import type { AlertEvent, Severity } from '../model/alert.ts'
import type { JournalEntry } from '../model/journal.ts'
import { type KnownTraits, type Support, type Trait, type TraitKind, UNVERSIONED } from '../model/traits.ts'
import { alertForDrift, alertForMore, type DriftPlace, type DriftSession } from '../policy/drift-alerts.ts'
import { type DriftWeight, judgeDrift } from '../policy/judge-drift.ts'
import { Known, traitKey } from './known.ts'

export interface SessionFacts {
  readonly server: string
  readonly session: string
  /** Null: it has no version. */
  readonly package: string | null
}

/** A trait as it came, and what it is to be measured by. */
export interface Noted {
  readonly trait: Trait
  readonly at: number
  /** Null: it is no finding, be it new or not. */
  readonly weight: DriftWeight | null
  /** Sessions that had what it belongs to. */
  readonly support: Support
  readonly difference?: string | null
  readonly seen: DriftPlace | null
}

/** Traits of one kind that are kept of a server, over all its versions. */
export const MAX_TRAITS: Readonly<Record<TraitKind, number>> = {
  host: 256,
  path: 1024,
  field: 4096,
  tool: 512,
  'tool-description': 1024,
  'tool-schema': 1024,
  unread: 256,
  beyond: 16,
}
/** As many again of fields that say where something is sent to: no flood of others is to take their place. */
const MAX_RECIPIENTS = 512
/** Findings of one severity that a session is told one by one. */
export const MAX_FINDINGS = 32

/** The traits of one session: which of them are new to it, and what that is worth. */
export class TraitBook {
  readonly known: Known
  readonly #session: DriftSession
  readonly #versioned: boolean
  /** In this session. */
  readonly #noted = new Set<string>()
  readonly #added = new Map<TraitKind, number>()
  readonly #told = new Map<Severity, number>()

  constructor(known: KnownTraits, { server, session, package: label }: SessionFacts) {
    this.known = new Known(known)
    this.#session = { server, session, version: label ?? UNVERSIONED }
    this.#versioned = label !== null
  }

  /** It was noted in this session. */
  has(trait: Pick<Trait, 'kind' | 'place' | 'name'>): boolean {
    return this.#noted.has(traitKey(trait))
  }

  /** No earlier session of any version had it, and this one has not yet. */
  isNew(trait: Pick<Trait, 'kind' | 'place' | 'name'>): boolean {
    return !this.has(trait) && !this.known.has(trait)
  }

  /** The trait's entry where this session has not had it, and the alert where it is a finding. */
  note(noted: Noted): readonly JournalEntry[] {
    const { trait, at } = noted
    if (this.has(trait)) return []
    const isNew = !this.known.has(trait)
    const more = noted.weight === 'recipient' ? MAX_RECIPIENTS : 0
    if (isNew && this.#isFull(trait.kind, more)) return this.beyond(trait, at)
    this.#noted.add(traitKey(trait))
    if (isNew) this.#added.set(trait.kind, (this.#added.get(trait.kind) ?? 0) + 1)
    const entry: JournalEntry = { kind: 'trait', session: this.#session.session, at, trait }
    const alert = isNew ? this.#judge(noted) : null
    return alert === null ? [entry] : [entry, { kind: 'alert', alert }]
  }

  /** There is more of its kind than is told apart: kept, and said once a session after the first. */
  beyond({ kind }: Pick<Trait, 'kind'>, at: number): readonly JournalEntry[] {
    const trait: Trait = { kind: 'beyond', place: '', name: kind, detail: null }
    if (this.has(trait)) return []
    const isNew = !this.known.has(trait)
    this.#noted.add(traitKey(trait))
    const entry: JournalEntry = { kind: 'trait', session: this.#session.session, at, trait }
    if (this.known.isEmpty) return [entry]
    const what = { what: 'beyond', severity: isNew ? 'medium' : 'info' } as const
    return [entry, { kind: 'alert', alert: alertForMore(this.#session, at, what, { ...trait, kind }) }]
  }

  #judge({ trait, at, weight, support, difference = null, seen }: Noted): AlertEvent | null {
    const judged = weight && judgeDrift({ weight, ...support, versioned: this.#versioned })
    if (judged === null) return null
    const { severity, basis } = judged
    const told = (this.#told.get(severity) ?? 0) + 1
    this.#told.set(severity, told)
    if (told > MAX_FINDINGS) return alertForMore(this.#session, at, { what: 'more', severity }, trait)
    const earlier = support.elsewhere + support.here
    const versions = basis === 'version' ? this.known.otherVersions() : []
    return alertForDrift(this.#session, at, { trait, judged, earlier, versions, difference, seen })
  }

  #isFull(kind: TraitKind, more: number): boolean {
    return this.known.count(kind) + (this.#added.get(kind) ?? 0) >= MAX_TRAITS[kind] + more
  }
}
