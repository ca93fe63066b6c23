import type Database from 'better-sqlite3'
import type { Inspection, RequestScheme } from '../../model/flow.ts'
import type { Phase } from '../../model/session.ts'
import type { Verdict } from '../../model/verdict.ts'
import { type AttributionLine, parseCalls } from '../calls.ts'
import { selectList } from '../columns.ts'
import { firstRowAt } from '../write/row-numbers.ts'
import { PAGE, paged } from './paged.ts'

/** The head of one HTTP request; `path` has its query's names, never their values. */
export interface RequestHead extends Verdict {
  readonly id: string
  readonly at: number
  readonly method: string
  readonly host: string | null
  readonly path: string
}

/** One HTTP request and how it went on. Times in milliseconds. */
export interface RequestLine extends RequestHead, AttributionLine {
  readonly session: string
  readonly phase: Phase
  /** Null where its flow's row was deleted before its own. */
  readonly flow: string | null
  readonly scheme: RequestScheme
  readonly status: number | null
  readonly endedAt: number | null
  readonly bytesSent: number
  readonly bytesReceived: number
  readonly inspection: Inspection
  readonly unread: string | null
  readonly findings: number
}

const HEAD = ['id', 'at', 'method', 'host', 'path', 'declaration', 'action', 'reason'] as const

const FIELDS = [
  'n',
  ...HEAD,
  'phase',
  'scheme',
  'status',
  'endedAt',
  'bytesSent',
  'bytesReceived',
  'attribution',
  'calls',
  'inspection',
  'unread',
  'findings',
] as const

/** Gives the requests of a flow, by the flow's row number. */
export function requestReader(db: Database.Database): (flow: number) => readonly RequestHead[] {
  const statement = db.prepare<[number], RequestHead>(
    `SELECT ${selectList(HEAD, 'r')} FROM http_requests r WHERE r.flow = ? ORDER BY r.n LIMIT 100`,
  )
  return (flow) => statement.all(flow)
}

type Row = Omit<RequestLine, 'calls'> & { readonly n: number; readonly calls: string }

/** Requests made at `since` or later, oldest first, read page by page. */
export function* readRequests(db: Database.Database, since: number): Generator<RequestLine> {
  const page = db.prepare<[number, number], Row>(
    `SELECT ${selectList(FIELDS, 'r')}, s.id AS session, f.id AS flow
       FROM http_requests r JOIN sessions s ON s.n = r.session LEFT JOIN flows f ON f.n = r.flow
       WHERE r.n > ? AND r.at >= ? ORDER BY r.n LIMIT ${PAGE}`,
  )
  for (const row of paged((after) => page.all(after, since), firstRowAt(since) - 1)) yield toRequest(row)
}

/** Spelt out: spreading a row of this many columns takes longer than reading it. */
function toRequest(row: Row): RequestLine {
  return {
    id: row.id,
    session: row.session,
    phase: row.phase,
    at: row.at,
    flow: row.flow,
    scheme: row.scheme,
    method: row.method,
    host: row.host,
    path: row.path,
    status: row.status,
    endedAt: row.endedAt,
    bytesSent: row.bytesSent,
    bytesReceived: row.bytesReceived,
    attribution: row.attribution,
    calls: parseCalls(row.calls),
    declaration: row.declaration,
    action: row.action,
    reason: row.reason,
    inspection: row.inspection,
    unread: row.unread,
    findings: row.findings,
  }
}
