import type Database from 'better-sqlite3'
import type { HttpRequestRecord } from '../../model/flow.ts'
import { bounded, boundedOrNull } from '../bounded.ts'
import { insertSql } from '../columns.ts'
import { LIMITS } from '../limits.ts'
import type { Flows } from './flows.ts'
import type { Gaps } from './gaps.ts'

const FIELDS = [
  'id',
  'flow',
  'session',
  'phase',
  'at',
  'method',
  'host',
  'path',
  'declaration',
  'action',
  'reason',
] as const

export class HttpRequests {
  readonly #flows: Flows
  readonly #gaps: Gaps
  readonly #insert: Database.Statement

  constructor(db: Database.Database, flows: Flows, gaps: Gaps) {
    this.#flows = flows
    this.#gaps = gaps
    this.#insert = db.prepare(insertSql('http_requests', FIELDS))
  }

  add(request: HttpRequestRecord, session: number): void {
    const flow = this.#flows.rowOf(request.flow)
    if (flow === null) {
      // Its flow is one that only the rollup counts.
      this.#gaps.add(session, 'folded', 1, request.at)
      return
    }
    const { id, phase, at, declaration, action, reason } = request
    const [method, host] = [bounded(request.method, 64), boundedOrNull(request.host)]
    const path = bounded(request.path, LIMITS.longText)
    this.#insert.run(...[id, flow, session, phase, at, method, host, path, declaration, action, reason])
  }
}
