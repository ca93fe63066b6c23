import type { Candidate, PayloadFinding, Provenance } from '../model/payload.ts'
import type { SinkRule } from '../model/profile.ts'
import type { Mode } from '../model/verdict.ts'
import { registrableDomain } from './registrable-domain.ts'

export interface PayloadFacts {
  readonly mode: Mode
  /** The host that the request goes to. */
  readonly host: string
  /** The profile's, by the indexes that candidates name. */
  readonly sinks: readonly SinkRule[]
}

/** What of a request's candidates nothing explains. `provenances` by candidate, in order. */
export function judgeFindings(
  candidates: readonly Candidate[],
  provenances: readonly Provenance[],
  facts: PayloadFacts,
): readonly PayloadFinding[] {
  return candidates.flatMap((candidate, index) => {
    const provenance = provenances[index] ?? NOWHERE
    const finding = judge(candidate, provenance, facts)
    return finding === null ? [] : [finding]
  })
}

const NOWHERE: Provenance = { sources: [], kind: 'none' }

function judge(candidate: Candidate, provenance: Provenance, facts: PayloadFacts): PayloadFinding | null {
  if (isLocal(candidate)) return null
  const named = candidate.sinks.flatMap((index) => facts.sinks[index] ?? [])
  const refusing = named.filter((sink) => !allows(sink, candidate, provenance))
  if (refusing.length > 0) {
    const blocks = facts.mode !== 'monitor' && refusing.some((sink) => sink.onUnexplained === 'block')
    return { candidate, provenance: shown(provenance), severity: 'high', blocks }
  }
  if (named.length > 0 || isExplained(provenance)) return null
  const severity = severityOf(candidate, facts.host)
  return severity === null ? null : { candidate, provenance: shown(provenance), severity, blocks: false }
}

/** What the server said first may have been put into the caller's mouth: that source has to be allowed by name. */
function allows({ allow }: SinkRule, candidate: Candidate, { sources }: Provenance): boolean {
  if (sources.includes('server') && !allow.includes('server') && !isWord(candidate)) return false
  return sources.some((source) => allow.includes(source))
}

/** A place that only the machine itself reaches, where a sign-in comes back; nothing gets out by it. */
function isLocal({ kind, value }: Candidate): boolean {
  if (kind !== 'host' && kind !== 'url') return false
  const host = kind === 'url' ? hostOf(value) : value
  return /^(?:localhost|(?:.*\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\]|::1)$/.test(host)
}

/** One that any description may hold: an owner called `google`, a channel called `general`. */
function isWord({ kind, value }: Candidate): boolean {
  return kind === 'value' && /^\p{L}{1,32}$/u.test(value)
}

/** Outside sinks, what the client said again is the client's. */
function isExplained({ sources }: Provenance): boolean {
  return sources.some((source) => source !== 'server')
}

function shown({ sources }: Provenance): PayloadFinding['provenance'] {
  if (sources.includes('server')) return 'server'
  return sources.includes('response') ? 'response' : 'none'
}

function severityOf({ kind, place, value }: Candidate, host: string): PayloadFinding['severity'] | null {
  if (kind === 'credential') return 'medium'
  if (place === 'recipient') return 'high'
  const named = kind === 'mail' ? value.slice(value.lastIndexOf('@') + 1) : hostOf(value)
  // A service that is named its own host: links to itself say nothing.
  return registrableDomain(named) === registrableDomain(host) ? null : 'low'
}

function hostOf(value: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)/.exec(value)?.[1] ?? value
}
