import type Database from 'better-sqlite3'
import type { Verdict } from '../../model/verdict.ts'

/** The head of one plain HTTP request; `path` has its query's names, never their values. */
export interface RequestLine extends Verdict {
  readonly id: string
  readonly at: number
  readonly method: string
  readonly host: string | null
  readonly path: string
}

/** Gives the requests of a flow, by the flow's row number. */
export function requestReader(db: Database.Database): (flow: number) => readonly RequestLine[] {
  const statement = db.prepare<[number], RequestLine>(
    `SELECT id, at, method, host, path, declaration, action, reason FROM http_requests
       WHERE flow = ? ORDER BY n LIMIT 100`,
  )
  return (flow) => statement.all(flow)
}
