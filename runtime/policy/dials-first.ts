import { canonicalAddress } from './address-bytes.ts'
import type { FlowFacts } from './flow-facts.ts'
import { byAnswers } from './identify.ts'
import { matchName } from './name-match.ts'
import { addressRules, type Rules } from './rules.ts'

/**
 * Whether to judge and dial before the client has said anything: some rule covers this address and port, and
 * all that do are `server-first` or `smtp`. Where an answered name is not declared, its first bytes may still tell.
 */
export function dialsFirst(rules: Rules, facts: Omit<FlowFacts, 'first'>): boolean {
  if (facts.own) return false
  const address = canonicalAddress(facts.address) ?? facts.address
  const byAddress = addressRules(rules, address, facts.port)
  const byName = byAnswers(facts.answered).names.map(
    (candidate) => matchName(rules, candidate, facts.port).onPort,
  )
  if (byAddress.length === 0 && byName.some((found) => found.length === 0)) return false
  const found = [...byAddress, ...byName.flat()]
  return found.length > 0 && found.every(({ protocol }) => protocol === 'server-first' || protocol === 'smtp')
}
