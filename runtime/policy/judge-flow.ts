import type { FlowProtocol } from '../model/flow.ts'
import type { EgressProtocol, EgressRule, Inspect, RequestRule } from '../model/profile.ts'
import type { Reason } from '../model/verdict.ts'
import { canonicalAddress } from './address-bytes.ts'
import type { DialTarget, FirstSeen, FlowFacts, Judgement } from './flow-facts.ts'
import { byAnswers, type Identity, identify } from './identify.ts'
import { matchName, type NameMatch } from './name-match.ts'
import { isReadable, onlyReading } from './read-only.ts'
import { type AddressRule, addressRules, type HostRule, type Rules } from './rules.ts'

export { dialsFirst } from './dials-first.ts'
export type { AnsweredName, DialTarget, FirstSeen, FlowFacts, Judgement } from './flow-facts.ts'
export { judgeResolution, type Resolution, type ResolutionFacts } from './judge-resolution.ts'

/** What a connection is, and whether the profile declares it. An allowed one is judged again after resolution. */
export function judgeFlow(rules: Rules, facts: FlowFacts): Judgement {
  const address = canonicalAddress(facts.address) ?? facts.address
  const identity = facts.own ? NOBODY : identify(facts, address)
  const seen: Seen = { ...shown(identity), protocol: protocolOf(facts.first) }
  if (facts.own) return denied(seen, 'self')
  if (identity.problem === 'malformed') return denied(seen, 'malformed')
  const bare: DialTarget = { kind: 'address', address }
  if (identity.problem !== null) return undeclared(facts, seen, identity.problem, bare)

  const byAddress = addressRules(rules, address, facts.port)
  const byName = identity.names.map((candidate) => matchName(rules, candidate, facts.port))
  const accepting = byAddress.filter((rule) => accepts(rule, facts.first))
  // Declared by its address: what the server calls it is its own word, and only our DNS can name it.
  const addressed = { ...seen, ...shown(byAnswers(facts.answered)) }
  const loopback = accepting.some((rule) => rule.kind === 'host-loopback')
  const readOnly = facts.mode === 'read-only'
  if (loopback && readOnly) return denied(addressed, 'read-only')
  if (loopback) return declared(addressed, { kind: 'host-loopback', port: facts.port })
  const named = nameThatAccepts(byName, facts.first)
  if (named !== null) {
    const rules = named.onPort.filter((rule) => accepts(rule, facts.first))
    const target = { kind: 'name', name: named.name, resolves: resolvesOf(rules) } as const
    const protocol = rules.some((rule) => rule.protocol === 'smtp') ? 'smtp' : seen.protocol
    const known = { ...seen, ...named, nameSource: identity.source, protocol }
    if (readOnly && !rules.some(isReadable)) return denied(known, 'read-only')
    const readable = readOnly ? rules.filter(isReadable).map(onlyReading) : rules
    return { ...declared(known, target), ...reading(readable) }
  }
  if (accepting.length > 0) return readOnly ? denied(addressed, 'read-only') : declared(addressed, bare)

  const [only, ...others] = byName
  const target = only === undefined || others.length > 0 ? bare : nameTarget(only)
  return undeclared(facts, seen, reasonFor(facts.first, byName, byAddress), target)
}

type Seen = Pick<Judgement, 'name' | 'nameSource' | 'protocol'>

const NOBODY: Identity = { names: [], source: 'none', problem: null }

/** Among several names none is the one to show. */
function shown({ names, source }: Identity): Pick<Judgement, 'name' | 'nameSource'> {
  const [only, ...others] = names
  if (only === undefined || others.length > 0) return { name: null, nameSource: 'none' }
  return { name: only.name, nameSource: source }
}

function protocolOf(first: FirstSeen): FlowProtocol {
  return first.kind === 'malformed' ? first.protocol : first.kind
}

const ACCEPTED: Record<EgressProtocol, readonly FirstSeen['kind'][]> = {
  tls: ['tls'],
  http: ['http'],
  opaque: ['tls', 'http', 'unknown'],
  'server-first': ['none'],
  smtp: ['none'],
}

function accepts(rule: EgressRule, first: FirstSeen): boolean {
  return ACCEPTED[rule.protocol].includes(first.kind)
}

/** Of several names each must be declared for this; then the one declared most directly stands for all. */
function nameThatAccepts(matches: readonly NameMatch[], first: FirstSeen): NameMatch | null {
  if (!matches.every((match) => match.onPort.some((rule) => accepts(rule, first)))) return null
  return matches.find((match) => match.chain.length === 0) ?? matches[0] ?? null
}

function reasonFor(first: FirstSeen, names: readonly NameMatch[], byAddress: readonly AddressRule[]): Reason {
  const onPort = names.length > 0 && names.every((match) => match.onPort.length > 0)
  if (onPort || byAddress.length > 0) return 'unknown-protocol'
  if (names.length > 1) return 'ambiguous-name'
  const [only] = names
  if (only !== undefined) return only.declared ? 'port' : 'undeclared'
  return first.kind === 'tls' ? 'no-name' : 'raw-ip'
}

function nameTarget(match: NameMatch): DialTarget {
  return { kind: 'name', name: match.name, resolves: resolvesOf(match.onPort) }
}

function resolvesOf(rules: NameMatch['onPort']): readonly string[] {
  return [...new Set(rules.flatMap((rule) => rule.resolves))]
}

const STRICTEST: readonly Inspect[] = ['required', 'try', 'no']

/** What only reads is declared wherever something is: a read-only session lets through no more than another. */
function declaredBy({ requests, reads }: HostRule): readonly RequestRule[] {
  return [...(requests ?? []), ...reads]
}

/** Of several rules the strictest reading, and every request that one of them declares. */
function reading(rules: readonly HostRule[]): Pick<Judgement, 'inspect' | 'requests'> {
  const inspect = STRICTEST.find((word) => rules.some((rule) => rule.inspect === word)) ?? 'no'
  const any = rules.some((rule) => rule.requests === null)
  return { inspect, requests: any ? null : rules.flatMap(declaredBy) }
}

const UNREAD = { inspect: 'no', requests: null } as const

function declared(seen: Seen & { chain?: readonly string[] }, target: DialTarget): Judgement {
  const { name, nameSource, protocol, chain = [] } = seen
  return {
    declaration: 'declared',
    action: 'allowed',
    reason: 'declared',
    name,
    nameSource,
    protocol,
    chain,
    target,
    ...UNREAD,
  }
}

function undeclared(facts: FlowFacts, seen: Seen, reason: Reason, target: DialTarget): Judgement {
  if (facts.mode !== 'monitor') return denied(seen, reason)
  return { declaration: 'undeclared', action: 'allowed', reason, ...seen, chain: [], target, ...UNREAD }
}

/** In both modes. */
function denied(seen: Seen, reason: Reason): Judgement {
  return { declaration: 'undeclared', action: 'denied', reason, ...seen, chain: [], target: null, ...UNREAD }
}
