import type Database from 'better-sqlite3'
import type { Attribution } from '../../model/call.ts'
import type { HttpRequestEnd, HttpRequestRecord } from '../../model/flow.ts'
import type { Action } from '../../model/verdict.ts'
import { bounded, boundedOrNull } from '../bounded.ts'
import { callsText } from '../calls.ts'
import { insertSql } from '../columns.ts'
import { LIMITS } from '../limits.ts'
import type { Flows, LiveFlow } from './flows.ts'
import type { Gaps } from './gaps.ts'
import type { RowLimit } from './row-limit.ts'
import { RowNumbers } from './row-numbers.ts'
import type { Tools } from './tools.ts'

const FIELDS = [
  'n',
  'id',
  'flow',
  'session',
  'phase',
  'at',
  'scheme',
  'method',
  'host',
  'path',
  'attribution',
  'calls',
  'inspection',
  'declaration',
  'action',
  'reason',
] as const

/** A request whose end is still to come. `n` is null where only sums count it. */
interface OpenRequest {
  readonly n: number | null
  readonly session: number
  readonly flow: LiveFlow
  readonly attribution: Attribution | null
  readonly action: Action
}

/** Requests that are remembered for their end. A denied one may have none: a flood of them displaces no other. */
const MAX_OPEN: Readonly<Record<Action, number>> = { denied: 10_000, allowed: 65_536 }

export class HttpRequests {
  readonly numbers: RowNumbers
  readonly #flows: Flows
  readonly #tools: Tools
  readonly #gaps: Gaps
  readonly #limits: Readonly<Record<Action, RowLimit>>
  readonly #insert: Database.Statement
  readonly #end: Database.Statement
  readonly #cut: Database.Statement
  readonly #open = { denied: new Map<string, OpenRequest>(), allowed: new Map<string, OpenRequest>() }

  constructor(
    db: Database.Database,
    flows: Flows,
    tools: Tools,
    gaps: Gaps,
    limits: Readonly<Record<Action, RowLimit>>,
  ) {
    this.numbers = new RowNumbers(db, 'http_requests')
    this.#flows = flows
    this.#tools = tools
    this.#gaps = gaps
    this.#limits = limits
    this.#insert = db.prepare(insertSql('http_requests', FIELDS))
    this.#end = db.prepare(
      `UPDATE http_requests SET ended_at = ?, status = ?, bytes_sent = ?, bytes_received = ?, inspection = ?,
         unread = ?, findings = ?, declaration = coalesce(?, declaration), action = coalesce(?, action),
         reason = coalesce(?, reason) WHERE n = ?`,
    )
    this.#cut = db.prepare('UPDATE http_requests SET ended_at = ?, unread = ? WHERE n = ?')
  }

  add(request: HttpRequestRecord, session: number): void {
    const { id, at, action, attribution } = request
    const flow = this.#flows.find(request.flow)
    if (flow === null) {
      this.#gaps.add(session, 'folded', 1, at)
      return
    }
    this.#tools.count(flow, attribution, { requests: 1, denied: action === 'denied' ? 1 : 0 })
    // A flow that only the rollup counts has no row that the request's could name.
    const kept = flow.n !== null && this.#limits[action].keep(session, flow.tally.host)
    if (!kept) this.#gaps.add(session, 'folded', 1, at)
    const n = kept ? this.#insertRow(request, session, flow) : null
    const open = this.#open[action]
    if (open.size >= MAX_OPEN[action]) this.#forgetOldest(open)
    open.set(id, { n, session, flow, attribution, action })
  }

  ended(end: HttpRequestEnd): void {
    const request = this.#open.allowed.get(end.request) ?? this.#open.denied.get(end.request)
    if (request === undefined) return
    this.#open[request.action].delete(end.request)
    const { verdict } = end
    if (verdict !== null && verdict.action !== request.action) {
      const denied = verdict.action === 'denied' ? 1 : -1
      this.#tools.count(request.flow, request.attribution, { denied })
    }
    if (request.n === null) return
    this.#end.run(
      end.at,
      end.status,
      end.bytesSent,
      end.bytesReceived,
      end.inspection,
      boundedOrNull(end.unread, LIMITS.tool),
      end.findings,
      verdict?.declaration ?? null,
      verdict?.action ?? null,
      verdict?.reason ?? null,
      request.n,
    )
  }

  /** What the recorder left open when it closed the session. */
  closeSession(session: number, at: number): void {
    for (const open of Object.values(this.#open)) {
      for (const [id, request] of open) {
        if (request.session !== session) continue
        open.delete(id)
        this.#cutShort(request, at, 'session ended')
      }
    }
  }

  #insertRow(request: HttpRequestRecord, session: number, flow: LiveFlow): number {
    const { id, phase, at, scheme, attribution, declaration, action, reason } = request
    const n = this.numbers.next(at)
    const method = bounded(request.method, LIMITS.shortText)
    const [host, path] = [boundedOrNull(request.host), bounded(request.path, LIMITS.longText)]
    const calls = [attribution?.kind ?? null, callsText(attribution)]
    // Until its end says better, nothing of it has been read.
    const inspection = action === 'denied' ? 'none' : 'uninspected'
    const place = [n, id, flow.n, session, phase, at, scheme, method, host, path]
    this.#insert.run(...place, ...calls, inspection, declaration, action, reason)
    return n
  }

  #forgetOldest(open: Map<string, OpenRequest>): void {
    for (const [id, request] of open) {
      open.delete(id)
      this.#cutShort(request, null, 'its end was not waited for')
      return
    }
  }

  /** Of what may have left, it is said that its end is not known. */
  #cutShort({ n, action }: OpenRequest, at: number | null, why: string): void {
    if (n !== null && action === 'allowed') this.#cut.run(at, why, n)
  }
}
