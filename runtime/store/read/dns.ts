import type Database from 'better-sqlite3'
import type { DnsRecord } from '../../model/flow.ts'
import { selectList } from '../columns.ts'
import { firstRowAt } from '../write/row-numbers.ts'
import { PAGE, paged } from './paged.ts'

/** One DNS query and its answer, where it was answered. Times in milliseconds. */
export interface DnsLine extends DnsRecord {
  readonly rcode: string | null
  readonly answers: readonly string[]
  readonly answeredAt: number | null
}

const FIELDS = [
  'n',
  'id',
  'phase',
  'at',
  'name',
  'type',
  'transport',
  'resolver',
  'declaration',
  'action',
  'reason',
  'rcode',
  'answers',
  'answeredAt',
] as const

type Row = Omit<DnsLine, 'answers'> & { readonly n: number; readonly answers: string | null }

/** Queries asked at `since` or later, oldest first, read page by page. */
export function* readDns(db: Database.Database, since: number): Generator<DnsLine> {
  const page = db.prepare<[number, number], Row>(
    `SELECT ${selectList(FIELDS, 'q')}, s.id AS session FROM dns q JOIN sessions s ON s.n = q.session
       WHERE q.n > ? AND q.at >= ? ORDER BY q.n LIMIT ${PAGE}`,
  )
  for (const row of paged((after) => page.all(after, since), firstRowAt(since) - 1)) {
    yield {
      id: row.id,
      session: row.session,
      phase: row.phase,
      at: row.at,
      name: row.name,
      type: row.type,
      transport: row.transport,
      resolver: row.resolver,
      declaration: row.declaration,
      action: row.action,
      reason: row.reason,
      rcode: row.rcode,
      answers: row.answers === null ? [] : (JSON.parse(row.answers) as string[]),
      answeredAt: row.answeredAt,
    }
  }
}
