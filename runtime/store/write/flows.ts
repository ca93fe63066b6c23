import type Database from 'better-sqlite3'
import type { FlowCounts, FlowRecord, FlowState, Inspection } from '../../model/flow.ts'
import type { JournalEntry } from '../../model/journal.ts'
import type { Verdict } from '../../model/verdict.ts'
import { bounded, boundedList, boundedOrNull } from '../bounded.ts'
import { callsText } from '../calls.ts'
import { insertSql } from '../columns.ts'
import type { Gaps } from './gaps.ts'
import type { Rollup } from './rollup.ts'
import type { RowLimit } from './row-limit.ts'
import { RowNumbers } from './row-numbers.ts'
import type { Tools, ToolUser } from './tools.ts'

const FIELDS = [
  'n',
  'id',
  'session',
  'phase',
  'startedAt',
  'state',
  'address',
  'port',
  'transport',
  'name',
  'nameSource',
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

/** A flow that may still change. `n` is null where only the rollup counts it. */
export interface LiveFlow extends ToolUser {
  readonly n: number | null
  readonly session: number
  readonly startedAt: number
  readonly address: string | null
  bytesSent: number
  bytesReceived: number
}

/** A denied flow may or may not be closed by a later entry; so many of them are remembered for it. */
const MAX_DENIED = 10_000

export class Flows {
  readonly numbers: RowNumbers
  readonly #rollup: Rollup
  readonly #tools: Tools
  readonly #gaps: Gaps
  readonly #limit: RowLimit
  readonly #insert: Database.Statement
  readonly #progress: Database.Statement
  readonly #close: Database.Statement
  readonly #live = new Map<string, LiveFlow>()
  readonly #denied = new Map<string, LiveFlow>()

  constructor(db: Database.Database, rollup: Rollup, tools: Tools, gaps: Gaps, limit: RowLimit) {
    this.numbers = new RowNumbers(db, 'flows')
    this.#rollup = rollup
    this.#tools = tools
    this.#gaps = gaps
    this.#limit = limit
    this.#insert = db.prepare(insertSql('flows', FIELDS))
    this.#progress = db.prepare('UPDATE flows SET bytes_sent = ?, bytes_received = ? WHERE n = ?')
    this.#close = db.prepare(
      `UPDATE flows SET ended_at = ?, state = ?, cause = ?, bytes_sent = ?, bytes_received = ?, dialled = ?,
         inspection = ?, declaration = ?, action = ?, reason = ? WHERE n = ?`,
    )
  }

  open(flow: FlowRecord, session: number): void {
    const tally = this.#rollup.tally(flow, flow.startedAt)
    this.#rollup.add(tally, 1, flow.startedAt, flow.address)
    const denied = flow.action === 'denied'
    const kept = !denied || this.#limit.keep(session, tally.host)
    if (!kept) this.#gaps.add(session, 'folded', 1, flow.startedAt)
    const n = kept ? this.#insertRow(flow, session) : null
    const { startedAt, address } = flow
    const tools: LiveFlow['tools'] = new Map()
    const live: LiveFlow = { n, session, startedAt, address, tally, tools, bytesSent: 0, bytesReceived: 0 }
    this.#tools.count(live, flow.attribution, { flows: 1 })
    if (denied) this.#rememberDenied(flow.id, live)
    else this.#live.set(flow.id, live)
  }

  progress(id: string, counts: FlowCounts): void {
    const flow = this.#live.get(id)
    if (flow === undefined) return
    this.#count(flow, counts, flow.tally.lastSeen)
    if (flow.n !== null) this.#progress.run(counts.bytesSent, counts.bytesReceived, flow.n)
  }

  close(entry: JournalEntry & { kind: 'flow-closed' }): void {
    const flow = this.#live.get(entry.flow) ?? this.#denied.get(entry.flow)
    if (flow === undefined) return
    this.#live.delete(entry.flow)
    this.#denied.delete(entry.flow)
    this.#turned(flow, { inspection: entry.inspection, ...entry.verdict }, entry.at)
    this.#count(flow, entry.counts, entry.at)
    this.#end(flow, entry.at, entry.state, entry.cause, entry.dialled)
  }

  /** What the recorder left open when it closed the session. */
  closeSession(session: number, at: number): void {
    for (const [id, flow] of this.#live) {
      if (flow.session !== session) continue
      this.#live.delete(id)
      if (flow.tally.key.inspection === 'inspected') this.#turned(flow, { inspection: 'partial' }, at)
      this.#end(flow, at, 'aborted', 'session ended', null)
    }
    for (const [id, flow] of this.#denied) if (flow.session === session) this.#denied.delete(id)
  }

  /** A flow that is still known; null for others. */
  find(id: string): LiveFlow | null {
    return this.#live.get(id) ?? this.#denied.get(id) ?? null
  }

  #insertRow(flow: FlowRecord, session: number): number {
    const n = this.numbers.next(flow.startedAt)
    // Spelt out: V8 makes an object that is spread into one of this size a slow and long-lived thing.
    const row = {
      n,
      id: flow.id,
      session,
      phase: flow.phase,
      startedAt: flow.startedAt,
      state: flow.action === 'denied' ? 'denied' : 'open',
      address: boundedOrNull(flow.address),
      port: flow.port,
      transport: flow.transport,
      name: boundedOrNull(flow.name),
      nameSource: flow.nameSource,
      protocol: flow.protocol,
      sni: boundedOrNull(flow.sni),
      alpn: boundedList(flow.alpn),
      ech: flow.ech ? 1 : 0,
      httpHost: boundedOrNull(flow.httpHost),
      chain: boundedList(flow.chain),
      inspection: flow.inspection,
      attribution: flow.attribution?.kind ?? null,
      calls: callsText(flow.attribution),
      declaration: flow.declaration,
      action: flow.action,
      reason: flow.reason,
      bytesSent: 0,
      bytesReceived: 0,
    }
    this.#insert.run(...FIELDS.map((field) => row[field]))
    return n
  }

  #count(flow: LiveFlow, counts: FlowCounts, at: number): void {
    const sent = Math.max(0, counts.bytesSent - flow.bytesSent)
    const received = Math.max(0, counts.bytesReceived - flow.bytesReceived)
    flow.bytesSent += sent
    flow.bytesReceived += received
    this.#rollup.addBytes(flow.tally, sent, received, at)
  }

  /** What became of it in the end is another destination of the report where that is not what was meant. */
  #turned(flow: LiveFlow, end: Partial<Verdict> & { inspection?: Inspection | undefined }, at: number): void {
    const { key } = flow.tally
    const inspection = end.inspection ?? key.inspection
    if (inspection === key.inspection && (end.reason ?? key.reason) === key.reason) return
    const to = this.#rollup.tally({ ...key, ...end, inspection }, flow.startedAt)
    const { address, bytesSent, bytesReceived } = flow
    this.#rollup.move(flow.tally, to, { at, address, bytesSent, bytesReceived })
    this.#tools.move(flow, to)
    flow.tally = to
  }

  #end(flow: LiveFlow, at: number, state: FlowState, cause: string, dialled: string | null): void {
    if (flow.n === null) return
    const { bytesSent, bytesReceived } = flow
    const { inspection, declaration, action, reason } = flow.tally.key
    const ended = [at, state, bounded(cause), bytesSent, bytesReceived, boundedOrNull(dialled)]
    this.#close.run(...ended, inspection, declaration, action, reason, flow.n)
  }

  #rememberDenied(id: string, flow: LiveFlow): void {
    if (this.#denied.size >= MAX_DENIED) {
      for (const oldest of this.#denied.keys()) {
        this.#denied.delete(oldest)
        break
      }
    }
    this.#denied.set(id, flow)
  }
}
