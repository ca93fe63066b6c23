import type Database from 'better-sqlite3'
import { selectList } from '../columns.ts'
import type { FlowLine } from './flows.ts'
import { PAGE, paged } from './paged.ts'

const FIELDS = [
  'n',
  'phase',
  'firstAt',
  'lastAt',
  'address',
  'port',
  'transport',
  'name',
  'nameSource',
  'declaration',
  'action',
  'reason',
  'packets',
  'bytes',
] as const

type Row = Pick<
  FlowLine,
  'session' | 'phase' | 'port' | 'transport' | 'nameSource' | 'declaration' | 'action' | 'reason'
> & {
  readonly n: number
  readonly firstAt: number
  readonly lastAt: number
  readonly address: string
  readonly name: string
  readonly packets: number
  readonly bytes: number
}

/** Dropped packets as flows, one a session and destination, in the order of their first packet. */
export function* readDrops(db: Database.Database, since: number): Generator<FlowLine> {
  const page = db.prepare<[number, number], Row>(
    `SELECT ${selectList(FIELDS, 'd')}, s.id AS session FROM drops d JOIN sessions s ON s.n = d.session
       WHERE d.n > ? AND d.last_at >= ? ORDER BY d.n LIMIT ${PAGE}`,
  )
  for (const row of paged((after) => page.all(after, since), 0)) yield toFlow(row)
}

function toFlow({ n, firstAt, lastAt, address, name, packets, bytes, ...row }: Row): FlowLine {
  return {
    ...row,
    id: `${row.session}.drop.${n}`,
    startedAt: firstAt,
    endedAt: lastAt,
    state: 'denied',
    cause: 'dropped',
    address: address === '' ? null : address,
    name: name === '' ? null : name,
    dialled: null,
    protocol: 'none',
    sni: null,
    alpn: [],
    ech: false,
    httpHost: null,
    chain: [],
    inspection: 'none',
    attribution: null,
    calls: [],
    bytesSent: 0,
    bytesReceived: 0,
    packets,
    packetBytes: bytes,
    requests: [],
  }
}
