import type { AlertEvent, AlertKind } from '../model/alert.ts'
import type { Destination } from '../model/destination.ts'
import type { DnsRecord, FlowRecord } from '../model/flow.ts'
import type { DropRecord } from '../model/journal.ts'
import { escapeText } from '../model/text.ts'
import type { Reason } from '../model/verdict.ts'
import { callOf } from './call-evidence.ts'
import { registrableDomain } from './registrable-domain.ts'
import { severityOfDrop, severityOfFlow, severityOfQuery } from './severity.ts'

export { declareHint, type HintFacts } from './declare-hint.ts'

export interface AlertOptions {
  /** Milliseconds since 1970, where the finding is later than its record. */
  readonly at?: number
  /** The names that share the address of an `ambiguous-name` flow. */
  readonly candidates?: readonly string[]
}

/** Null for what is declared: allowed, or denied by an outage (see severity.ts). */
export function alertForFlow(
  server: string,
  flow: FlowRecord,
  options: AlertOptions = {},
): AlertEvent | null {
  const severity = severityOfFlow(flow)
  if (severity === null) return null
  const evidence = {
    flow: flow.id,
    protocol: flow.protocol,
    ...given('sni', flow.sni),
    ...given('httpHost', flow.httpHost),
    ...(flow.ech ? { ech: true } : {}),
    ...listed('alpn', flow.alpn),
    ...listed('chain', flow.chain),
    ...listed('candidates', options.candidates ?? []),
    ...callOf(flow.attribution),
  }
  const at = options.at ?? flow.startedAt
  return finding(server, flow, destinationOf(flow), {
    at,
    kind: kindOfFlow(flow),
    severity,
    count: 1,
    evidence,
  })
}

export function alertForQuery(server: string, query: DnsRecord): AlertEvent | null {
  const severity = severityOfQuery(query)
  if (severity === null) return null
  const { at, name, transport } = query
  const destination: Destination = { address: null, port: 53, transport, name, nameSource: 'dns_query' }
  const evidence = { query: query.id, type: cut(query.type), resolver: cut(query.resolver) }
  return finding(server, query, destination, { at, kind: 'undeclared_dns', severity, count: 1, evidence })
}

export function alertForDrop(server: string, drop: DropRecord): AlertEvent | null {
  const { at, packets, bytes } = drop
  if (packets <= 0) return null
  const rest = { at, kind: 'dropped_packets', severity: severityOfDrop(drop), count: packets } as const
  return finding(server, drop, destinationOf(drop), { ...rest, evidence: { packets, bytes } })
}

type Found = Pick<AlertEvent, 'at' | 'kind' | 'severity' | 'count' | 'evidence'>
type Judged = Pick<AlertEvent, 'session' | 'phase' | 'reason' | 'action'>

function finding(server: string, judged: Judged, destination: Destination, found: Found): AlertEvent {
  const { session, phase, reason, action } = judged
  return { server, session, phase, key: keyOf(destination, reason), destination, reason, action, ...found }
}

/** The profile lacks it, against: the profile could not have it, or not like this. */
const LACKING: ReadonlySet<Reason> = new Set<Reason>([
  'undeclared',
  'port',
  'raw-ip',
  'no-name',
  'ambiguous-name',
])

function kindOfFlow(flow: FlowRecord): AlertKind {
  return flow.action === 'allowed' || LACKING.has(flow.reason)
    ? 'undeclared_destination'
    : 'denied_destination'
}

function keyOf({ name, address, transport }: Destination, reason: Reason): string {
  const place = name === null ? (address ?? transport) : registrableDomain(name)
  return `${place} ${reason}`
}

function destinationOf({ address, port, transport, name, nameSource }: Destination): Destination {
  return { address, port, transport, name, nameSource }
}

const MAX_TEXT = 255
const MAX_ITEMS = 8

function cut(text: string): string {
  return escapeText(text, MAX_TEXT)
}

function given(field: string, text: string | null): Record<string, string> {
  return text === null ? {} : { [field]: cut(text) }
}

function listed(field: string, items: readonly string[]): Record<string, readonly string[]> {
  return items.length === 0 ? {} : { [field]: items.slice(0, MAX_ITEMS).map(cut) }
}
