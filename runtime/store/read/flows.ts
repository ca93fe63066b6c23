import type Database from 'better-sqlite3'
import type { Destination } from '../../model/destination.ts'
import type { FlowProtocol, FlowState, Inspection } from '../../model/flow.ts'
import type { Phase } from '../../model/session.ts'
import type { Verdict } from '../../model/verdict.ts'
import { type AttributionLine, parseCalls } from '../calls.ts'
import { selectList } from '../columns.ts'
import { firstRowAt } from '../write/row-numbers.ts'
import { readDrops } from './drops.ts'
import { PAGE, paged } from './paged.ts'
import { type RequestHead, requestReader } from './requests.ts'

/** One flow: a TCP connection, or the packets dropped for one destination. Times in milliseconds. */
export interface FlowLine extends Destination, Verdict, AttributionLine {
  readonly id: string
  readonly session: string
  readonly phase: Phase
  readonly startedAt: number
  readonly endedAt: number | null
  readonly state: FlowState
  readonly cause: string | null
  readonly dialled: string | null
  readonly protocol: FlowProtocol
  readonly sni: string | null
  readonly alpn: readonly string[]
  readonly ech: boolean
  readonly httpHost: string | null
  readonly chain: readonly string[]
  readonly inspection: Inspection
  readonly bytesSent: number
  readonly bytesReceived: number
  /** Dropped packets and their bytes; null for a connection. */
  readonly packets: number | null
  readonly packetBytes: number | null
  /** HTTP requests that were read, the first hundred. */
  readonly requests: readonly RequestHead[]
}

const FIELDS = [
  'n',
  'id',
  'phase',
  'startedAt',
  'endedAt',
  'state',
  'cause',
  'address',
  'port',
  'transport',
  'name',
  'nameSource',
  'dialled',
  'protocol',
  'sni',
  'alpn',
  'ech',
  'httpHost',
  'chain',
  'inspection',
  'attribution',
  'calls',
  'declaration',
  'action',
  'reason',
  'bytesSent',
  'bytesReceived',
] as const

type Row = Omit<FlowLine, 'alpn' | 'ech' | 'chain' | 'calls' | 'packets' | 'packetBytes' | 'requests'> & {
  readonly n: number
  readonly alpn: string
  readonly ech: number
  readonly chain: string
  readonly calls: string
}

/** Flows that began at `since` or later, oldest first, read page by page. */
export function* readFlows(db: Database.Database, since: number): Generator<FlowLine> {
  const drops = readDrops(db, since)
  let drop = drops.next()
  for (const connection of readConnections(db, since)) {
    while (!drop.done && drop.value.startedAt < connection.startedAt) {
      yield drop.value
      drop = drops.next()
    }
    yield connection
  }
  for (; !drop.done; drop = drops.next()) yield drop.value
}

function* readConnections(db: Database.Database, since: number): Generator<FlowLine> {
  const page = db.prepare<[number, number], Row>(
    `SELECT ${selectList(FIELDS, 'f')}, s.id AS session FROM flows f JOIN sessions s ON s.n = f.session
       WHERE f.n > ? AND f.started_at >= ? ORDER BY f.n LIMIT ${PAGE}`,
  )
  const requestsOf = requestReader(db)
  for (const row of paged((after) => page.all(after, since), firstRowAt(since) - 1)) {
    yield toFlow(row, mayHaveRequests(row) ? requestsOf(row.n) : [])
  }
}

function mayHaveRequests({ protocol, inspection }: Row): boolean {
  if (protocol === 'http') return true
  return (protocol === 'tls' || protocol === 'smtp') && inspection !== 'uninspected'
}

/** Spelt out: spreading a row of this many columns takes longer than reading it. */
function toFlow(row: Row, requests: FlowLine['requests']): FlowLine {
  return {
    id: row.id,
    session: row.session,
    phase: row.phase,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    state: row.state,
    cause: row.cause,
    address: row.address,
    port: row.port,
    transport: row.transport,
    name: row.name,
    nameSource: row.nameSource,
    dialled: row.dialled,
    protocol: row.protocol,
    sni: row.sni,
    alpn: JSON.parse(row.alpn) as string[],
    ech: row.ech === 1,
    httpHost: row.httpHost,
    chain: JSON.parse(row.chain) as string[],
    inspection: row.inspection,
    attribution: row.attribution,
    calls: parseCalls(row.calls),
    declaration: row.declaration,
    action: row.action,
    reason: row.reason,
    bytesSent: row.bytesSent,
    bytesReceived: row.bytesReceived,
    packets: null,
    packetBytes: null,
    requests,
  }
}
