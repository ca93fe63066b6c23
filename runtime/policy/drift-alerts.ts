import type { AlertEvent, EvidenceValue } from '../model/alert.ts'
import type { Attribution } from '../model/call.ts'
import { type Destination, IN_CONVERSATION } from '../model/destination.ts'
import { escapeText } from '../model/text.ts'
import type { Trait } from '../model/traits.ts'
import type { Action } from '../model/verdict.ts'
import { callOf } from './call-evidence.ts'
import type { DriftJudgement } from './judge-drift.ts'

export interface DriftFinding {
  readonly trait: Trait
  readonly judged: DriftJudgement
  /** Sessions before this one that could have had it, and had not. */
  readonly earlier: number
  /** The versions of these, latest first. */
  readonly versions: readonly string[]
  /** What changed in a text; null where it is new as a whole. */
  readonly difference: string | null
  /** The connection or request that it came with; null for tools. */
  readonly seen: DriftPlace | null
}

export interface DriftPlace {
  readonly destination: Destination
  readonly action: Action
  readonly attribution: Attribution | null
  readonly ids: Readonly<Record<string, EvidenceValue>>
}

export interface DriftSession {
  readonly server: string
  readonly session: string
  /** As the session has it. */
  readonly version: string
}

/** What is new in a version or a session. */
export function alertForDrift(
  { server, session, version }: DriftSession,
  at: number,
  { trait, judged, earlier, versions, difference, seen }: DriftFinding,
): AlertEvent {
  const { kind, place, name } = trait
  return {
    ...{ server, session, phase: 'run', at, count: 1, reason: 'drift' },
    kind: kind.startsWith('tool') ? 'tool_drift' : 'drift',
    severity: judged.severity,
    key: `drift ${kind} ${place} ${name}`,
    destination: seen?.destination ?? IN_CONVERSATION,
    action: seen?.action ?? 'allowed',
    evidence: {
      ...{ trait: kind, place: cut(place), name: cut(name), version: cut(version), basis: judged.basis },
      ...{ earlier, versions: versions.slice(0, MAX_VERSIONS).map(cut) },
      // Where it has an alert of its own.
      ...(kind === 'host' ? { declaration: trait.detail } : {}),
      ...(difference === null ? {} : { difference: escapeText(difference, 512) }),
      ...(seen === null ? {} : { ...callOf(seen.attribution), ...seen.ids }),
    },
  }
}

/** What stands for more that is new than is told one by one, or is told apart. */
export function alertForMore(
  { server, session, version }: DriftSession,
  at: number,
  { what, severity }: { readonly what: 'more' | 'beyond'; readonly severity: AlertEvent['severity'] },
  trait: Trait,
): AlertEvent {
  const isTool = trait.kind.startsWith('tool')
  return {
    ...{ server, session, phase: 'run', at, count: 1, reason: 'drift', action: 'allowed', severity },
    kind: isTool ? 'tool_drift' : 'drift',
    key: `drift ${what} ${what === 'beyond' ? trait.kind : isTool ? 'tools' : ''}`,
    destination: IN_CONVERSATION,
    evidence: { trait: what, name: trait.kind, version: cut(version) },
  }
}

const MAX_VERSIONS = 4

function cut(text: string): string {
  return escapeText(text, 255)
}
