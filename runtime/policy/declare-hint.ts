import type { Destination } from '../model/destination.ts'
import type { FlowProtocol } from '../model/flow.ts'
import type { EgressProtocol } from '../model/profile.ts'
import type { Reason } from '../model/verdict.ts'
import { classifyAddress } from './address-class.ts'

/** What is known beside the destination, to give the right command or none. */
export interface HintFacts {
  readonly reason?: Reason
  readonly protocol?: FlowProtocol
}

/**
 * The command that would declare a destination for a server: `egress allow exa api.example.com:443`. Null where a
 * declaration does not help: what is not TCP, the recorder's own ports, metadata, broken or contradictory names.
 */
export function declareHint(server: string, destination: Destination, facts: HintFacts = {}): string | null {
  if (facts.reason !== undefined && BEYOND_DECLARATION.has(facts.reason)) return null
  // A question for a name: what the answer would most likely have been used for.
  if (destination.nameSource === 'dns_query') return command(server, hostOfQuery(destination.name), 443, null)
  if (destination.transport !== 'tcp') return null
  return command(
    server,
    destination.name ?? hostOf(destination.address),
    destination.port,
    facts.protocol ?? null,
  )
}

const BEYOND_DECLARATION: ReadonlySet<Reason> = new Set<Reason>([
  'self',
  'malformed',
  'name-mismatch',
  'address-class',
  'udp',
  'protocol',
  'limit',
  'unresolved',
])

const PROTOCOL_OF: Partial<Record<FlowProtocol, EgressProtocol>> = {
  tls: 'tls',
  http: 'http',
  unknown: 'opaque',
  none: 'server-first',
}

function command(
  server: string,
  host: string | null,
  port: number,
  seen: FlowProtocol | null,
): string | null {
  if (host === null || port === 0) return null
  const protocol = seen === null ? undefined : PROTOCOL_OF[seen]
  const assumed: EgressProtocol = port === 80 ? 'http' : 'tls'
  const option = protocol === undefined || protocol === assumed ? '' : ` --protocol ${protocol}`
  return `egress allow ${server} ${host}:${port}${option}`
}

/** Services and reverse names are not hosts. */
function hostOfQuery(name: string | null): string | null {
  if (name === null || name === '') return null
  const host = name.replace(/^(?:_[^.]+\.)+/, '')
  return host.endsWith('.arpa') || host.startsWith('_') ? null : host
}

const DECLARABLE: ReadonlySet<string> = new Set(['public', 'private', 'cgnat', 'link-local'])

function hostOf(address: string | null): string | null {
  if (address === null || !DECLARABLE.has(classifyAddress(address))) return null
  return address.includes(':') ? `[${address}]` : address
}
