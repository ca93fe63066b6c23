import type { NameSource } from '../model/destination.ts'
import type { Verdict } from '../model/verdict.ts'
import type { AnsweredName } from './flow-facts.ts'
import { byAnswers } from './identify.ts'
import { matchName } from './name-match.ts'
import { addressRules, type Rules } from './rules.ts'

export interface DropFacts {
  /** Canonical. */
  readonly address: string
  /** 0 where the protocol has no ports. */
  readonly port: number
  /** IANA name in lower case. */
  readonly transport: string
  readonly answered: readonly AnsweredName[]
}

export interface DropVerdict extends Verdict {
  readonly name: string | null
  readonly nameSource: NameSource
}

/**
 * Packets that no profile can let through, in either mode. `declared` says that TCP to the same place is: QUIC
 * tried before falling back, say. For a protocol without ports the host alone counts.
 */
export function judgeDrop(rules: Rules, facts: DropFacts): DropVerdict {
  const { names } = byAnswers(facts.answered)
  const matches = names.map((candidate) => matchName(rules, candidate, facts.port))
  const byName = matches.some((match) => (facts.port === 0 ? match.declared : match.onPort.length > 0))
  const [only, ...others] = names
  const name = others.length === 0 ? (only?.name ?? null) : null
  return {
    declaration:
      byName || addressRules(rules, facts.address, facts.port).length > 0 ? 'declared' : 'undeclared',
    action: 'denied',
    reason: facts.transport === 'udp' ? 'udp' : 'protocol',
    name,
    nameSource: name === null ? 'none' : 'dns_answer',
  }
}
