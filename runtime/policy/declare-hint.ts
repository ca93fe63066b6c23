import type { Destination } from '../model/destination.ts'
import type { FlowProtocol } from '../model/flow.ts'
import type { EgressProtocol } from '../model/profile.ts'
import type { Phase } from '../model/session.ts'
import type { Reason } from '../model/verdict.ts'
import { classifyAddress } from './address-class.ts'

/** What is known beside the destination, to give the right command or none. */
export interface HintFacts {
  readonly reason?: Reason
  readonly protocol?: FlowProtocol
  readonly phase?: Phase
  /** The profile was given as this file, which no command writes to; null: it goes by its name. */
  readonly profileFile?: string | null
}

/**
 * What would declare a destination for a server: `egress allow exa api.example.com:443`, or the entry to add to the
 * profile's file. Null where a declaration does not help: what is not TCP, the recorder's own ports, metadata,
 * broken or contradictory names, and installations, whose registries npm's configuration names.
 */
export function declareHint(server: string, destination: Destination, facts: HintFacts = {}): string | null {
  if (facts.phase === 'install') return null
  if (facts.reason !== undefined && BEYOND_DECLARATION.has(facts.reason)) return null
  const entry = entryFor(destination, facts.protocol ?? null)
  if (entry === null) return null
  const file = facts.profileFile ?? null
  return file === null ? commandFor(server, entry) : `add ${yamlOf(entry)} to egress in ${file}`
}

interface Entry {
  readonly host: string
  readonly port: number
  /** Null: what the port lets assume. */
  readonly protocol: EgressProtocol | null
}

function entryFor({ nameSource, transport, name, address, port }: Destination, seen: FlowProtocol | null) {
  // A question for a name: what the answer would most likely have been used for.
  if (nameSource === 'dns_query') return entryOf(hostOfQuery(name), 443, null)
  return transport === 'tcp' ? entryOf(name ?? hostOf(address), port, seen) : null
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
  'request-undeclared',
  'request-mismatch',
  'payload-destination',
  'payload-unread',
  'read-only',
  'upstream-certificate',
  'inspection-refused',
  'drift',
])

const PROTOCOL_OF: Partial<Record<FlowProtocol, EgressProtocol>> = {
  tls: 'tls',
  http: 'http',
  unknown: 'opaque',
  none: 'server-first',
}

/** RFC 5321, 6409, 8314, and what firewalls leave open. */
const MAIL_PORTS = new Set([25, 465, 587, 2525])

function entryOf(host: string | null, port: number, seen: FlowProtocol | null): Entry | null {
  if (host === null || port === 0) return null
  const likely =
    seen === 'none' && MAIL_PORTS.has(port) ? 'smtp' : seen === null ? undefined : PROTOCOL_OF[seen]
  const protocol = likely ?? null
  const assumed: EgressProtocol = port === 80 ? 'http' : 'tls'
  return { host, port, protocol: protocol === assumed ? null : protocol }
}

function commandFor(server: string, { host, port, protocol }: Entry): string {
  const option = protocol === null ? '' : ` --protocol ${protocol}`
  return `egress allow ${server} ${host.includes(':') ? `[${host}]` : host}:${port}${option}`
}

/** In quotes where YAML would take the text for something else. */
function yamlOf({ host, port, protocol }: Entry): string {
  const address = /^[\d.]+$|:/.test(host)
  const what = address ? `ip: "${host}"` : `host: ${host.includes('.') ? host : `"${host}"`}`
  return `\`- {${what}, port: ${port}${protocol === null ? '' : `, protocol: ${protocol}`}}\``
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
  return address
}
