import type { Severity } from '../model/alert.ts'
import type { DnsRecord, FlowRecord } from '../model/flow.ts'
import type { DropRecord } from '../model/journal.ts'
import type { Reason } from '../model/verdict.ts'
import { classifyAddress } from './address-class.ts'

/**
 * `high`: bytes left undeclared, or the attempt was dressed up as something else; `medium`: an undeclared attempt,
 * stopped; `low`: likely a profile that misses an entry, or a question alone; `info`: a declared place, no finding
 * about the server. Null: nothing to tell a person. A declared name that does not resolve is an outage, not a
 * finding.
 */
export function severityOfFlow(flow: FlowRecord): Severity | null {
  if (flow.declaration === 'declared') return flow.reason === 'limit' ? 'info' : null
  if (flow.action === 'allowed') return 'high'
  if (flow.address !== null && classifyAddress(flow.address) === 'metadata') return 'high'
  return OF_DENIED[flow.reason] ?? 'medium'
}

const OF_DENIED: Partial<Record<Reason, Severity>> = {
  'name-mismatch': 'high',
  port: 'low',
  'read-only': 'low',
  limit: 'low',
  unresolved: 'low',
}

/** Record types whose question is a mere look-up; the others are what tunnels use. */
const LOOK_UPS: ReadonlySet<string> = new Set(['A', 'AAAA', 'HTTPS', 'SVCB', 'PTR'])

export function severityOfQuery(query: DnsRecord): Severity | null {
  if (query.declaration === 'declared') return query.reason === 'limit' ? 'info' : null
  const lookUp = LOOK_UPS.has(query.type) && query.reason !== 'malformed'
  if (query.action === 'allowed') return lookUp ? 'medium' : 'high'
  return lookUp ? 'low' : 'medium'
}

export function severityOfDrop(drop: DropRecord): Severity {
  if (drop.declaration === 'declared') return 'info'
  if (drop.address === null) return 'medium'
  const found = classifyAddress(drop.address)
  // Neighbour discovery, mDNS and the like: said to whoever is near, and nobody is.
  if (found === 'multicast') return 'info'
  return found === 'metadata' ? 'high' : 'medium'
}
