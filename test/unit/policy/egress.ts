import type { EgressProtocol, EgressRule } from '../../../runtime/model/profile.ts'
import type { AnsweredName, FirstSeen, FlowFacts } from '../../../runtime/policy/judge-flow.ts'

interface Base {
  ports?: readonly number[]
  protocol?: EgressProtocol
}

const base = ({ ports = [443], protocol = 'tls' }: Base) =>
  ({ ports, protocol, transport: 'tcp', purpose: null }) as const

export function host(name: string, options: Base & { resolves?: readonly string[] } = {}): EgressRule {
  return {
    kind: 'host',
    host: name,
    resolves: options.resolves ?? [],
    inspect: 'no',
    requests: null,
    reads: [],
    ...base(options),
  }
}

export function ip(address: string, options: Base = {}): EgressRule {
  return { kind: 'ip', ip: address, ...base(options) }
}

export function cidr(block: string, options: Base = {}): EgressRule {
  return { kind: 'cidr', cidr: block, ...base(options) }
}

export function hostLoopback(ports: readonly number[], protocol: EgressProtocol = 'opaque'): EgressRule {
  return { kind: 'host-loopback', ...base({ ports, protocol }) }
}

export function asked(name: string): AnsweredName {
  return { name, chain: [], inheritedPorts: null }
}

export const NONE: FirstSeen = { kind: 'none' }
export const UNKNOWN: FirstSeen = { kind: 'unknown' }

export function tls(sni: string | null): FirstSeen {
  return { kind: 'tls', sni }
}

export function http(
  name: string | null,
  more: { hostPort?: number; absolute?: { host: string; port: number } } = {},
): FirstSeen {
  return { kind: 'http', host: name, hostPort: more.hostPort ?? null, absolute: more.absolute ?? null }
}

/** A connection to a documentation address, port 443, in enforce, of which nothing is known. */
export function flow(facts: Partial<FlowFacts>): FlowFacts {
  return {
    mode: 'enforce',
    address: '203.0.113.7',
    port: 443,
    first: NONE,
    answered: [],
    own: false,
    ...facts,
  }
}
