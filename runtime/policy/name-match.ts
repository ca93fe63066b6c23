import type { AnsweredName } from './flow-facts.ts'
import type { Candidate } from './identify.ts'
import { type HostRule, hostRules, queryRules, type Rules } from './rules.ts'

/** What a profile says about a name and a port. */
export interface NameMatch {
  readonly name: string
  /** Declared on some port. */
  readonly declared: boolean
  /** The rules for this very port. */
  readonly onPort: readonly HostRule[]
  /** The names by which those rules were inherited; empty when the name itself is declared. */
  readonly chain: readonly string[]
}

/** The name's own declaration goes before an inherited one. */
export function matchName(rules: Rules, candidate: Candidate, port: number): NameMatch {
  const { name, ways } = candidate
  const own = hostRules(rules, name)
  const onPort = own.filter((rule) => rule.ports.includes(port))
  if (onPort.length > 0) return { name, declared: true, onPort, chain: [] }
  let declared = own.length > 0
  for (const way of ways) {
    const base = inheritedFrom(rules, way)
    const inherited = inheritedOnPort(base, way, port)
    if (inherited.length > 0) return { name, declared: true, onPort: inherited, chain: way.chain }
    declared ||= base.length > 0
  }
  return { name, declared, onPort: [], chain: [] }
}

function inheritedFrom(rules: Rules, way: AnsweredName): readonly HostRule[] {
  for (const asked of way.chain) {
    const found = queryRules(rules, asked)
    if (found.length > 0) return found
  }
  return []
}

/** An SRV answer brings its own ports; the protocol is still the declared one. */
function inheritedOnPort(base: readonly HostRule[], way: AnsweredName, port: number): readonly HostRule[] {
  const onPort = base.filter((rule) => rule.ports.includes(port))
  if (way.inheritedPorts === null) return onPort
  if (!way.inheritedPorts.includes(port)) return []
  return onPort.length > 0 ? onPort : base
}
