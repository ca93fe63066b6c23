import type Database from 'better-sqlite3'
import type { NameSource } from '../../model/destination.ts'
import type { FlowProtocol, Inspection } from '../../model/flow.ts'
import type { Phase } from '../../model/session.ts'
import type { Verdict } from '../../model/verdict.ts'
import { LIMITS } from '../limits.ts'
import { readTools, type ToolSummary } from './tools.ts'

/** A destination with its verdict, added up over days. Times in milliseconds, counts as docs/json.md has them. */
export interface DestinationSummary extends Verdict {
  readonly phase: Phase
  readonly name: string | null
  readonly nameSource: NameSource
  readonly addresses: readonly string[]
  readonly port: number
  readonly transport: string
  readonly protocol: FlowProtocol
  readonly flows: number
  readonly bytesSent: number
  readonly bytesReceived: number
  readonly firstSeen: number
  readonly lastSeen: number
  readonly inspection: Inspection
  /** Whose calls it was contacted for; empty where nobody listened to the conversation. */
  readonly tools: readonly ToolSummary[]
}

type Row = Omit<DestinationSummary, 'addresses' | 'tools'> & { readonly n: number }

/** Destinations of the UTC days from `sinceDay` on: undeclared first, then denied, then the last seen. */
export function readDestinations(db: Database.Database, sinceDay: number): DestinationSummary[] {
  const addresses = readAddresses(db, sinceDay)
  const tools = readTools(db, sinceDay)
  return readRows(db, sinceDay).map(({ n, name, ...row }) => ({
    ...row,
    name: name === '' ? null : name,
    addresses: addresses.get(n) ?? [],
    tools: tools.get(n) ?? [],
  }))
}

function readRows(db: Database.Database, sinceDay: number): Row[] {
  return db
    .prepare<[number], Row>(
      `SELECT d.n, d.phase, h.name, d.name_source AS nameSource, d.port, d.transport, d.protocol, d.declaration,
         d.action, d.reason, d.inspection, r.flows, r.sent AS bytesSent, r.received AS bytesReceived,
         r.first_seen AS firstSeen, r.last_seen AS lastSeen
       FROM (SELECT destination, sum(flows) AS flows, sum(bytes_sent) AS sent, sum(bytes_received) AS received,
               min(first_seen) AS first_seen, max(last_seen) AS last_seen
             FROM rollup WHERE day >= ? GROUP BY destination
             -- Not where all that it counted turned out to be another destination's.
             HAVING sum(flows) > 0 OR sum(bytes_sent + bytes_received) > 0) r
       JOIN destinations d ON d.n = r.destination JOIN hosts h ON h.n = d.host
       ORDER BY d.declaration = 'declared', d.action = 'allowed', r.last_seen DESC, d.n`,
    )
    .all(sinceDay)
}

function readAddresses(db: Database.Database, sinceDay: number): Map<number, string[]> {
  const rows = db
    .prepare<[number], { destination: number; address: string }>(
      'SELECT destination, address FROM destination_addresses WHERE last_day >= ? ORDER BY destination, address',
    )
    .all(sinceDay)
  const byDestination = new Map<number, string[]>()
  for (const { destination, address } of rows) {
    const list = byDestination.get(destination) ?? []
    if (list.length < LIMITS.addressesPerDestination) list.push(address)
    byDestination.set(destination, list)
  }
  return byDestination
}
