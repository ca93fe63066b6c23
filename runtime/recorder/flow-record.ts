import type { Attribution } from '../model/call.ts'
import type { FlowCounts, FlowRecord, HttpRequestRecord } from '../model/flow.ts'
import type { JournalEntry } from '../model/journal.ts'
import { redactedPath } from '../model/redacted-path.ts'
import type { Verdict } from '../model/verdict.ts'
import { alertForFlow } from '../policy/alerts.ts'
import type { Judgement } from '../policy/judge-flow.ts'
import { alertForBackground } from '../policy/request-alerts.ts'
import type { RecorderContext } from './context.ts'
import type { Opening } from './first-bytes.ts'

export interface FlowBegin {
  readonly startedAt: number
  readonly address: string
  readonly port: number
  readonly attribution: Attribution | null
}

/** `read`: its requests are read one by one. */
export function flowRecord(
  context: RecorderContext,
  begin: FlowBegin,
  { name, nameSource, protocol, chain }: Pick<Judgement, 'name' | 'nameSource' | 'protocol' | 'chain'>,
  { declaration, action, reason }: Verdict,
  { first }: Opening,
  read: boolean,
): FlowRecord {
  return {
    id: context.nextId(),
    session: context.session,
    phase: context.phase,
    ...begin,
    transport: 'tcp',
    name,
    nameSource,
    protocol,
    sni: first.kind === 'tls' ? first.sni : null,
    alpn: first.kind === 'tls' ? first.alpn : [],
    ech: first.kind === 'tls' && first.ech,
    httpHost: first.kind === 'http' ? first.host : null,
    chain,
    inspection: action === 'denied' ? 'none' : read ? 'inspected' : 'uninspected',
    declaration,
    action,
    reason,
  }
}

/** Where requests are read, each of them has its row when it comes. */
export function openingEntries(
  context: RecorderContext,
  flow: FlowRecord,
  { first }: Opening,
  alertBackground: boolean,
): JournalEntry[] {
  const entries: JournalEntry[] = [{ kind: 'flow-opened', flow }]
  if (first.kind === 'http' && flow.inspection !== 'inspected')
    entries.push({ kind: 'http-request', request: requestRecord(context, flow, first) })
  const alerts = [
    alertForFlow(context.server, flow),
    alertBackground ? alertForBackground(context.server, flow) : null,
  ]
  for (const alert of alerts) if (alert !== null) entries.push({ kind: 'alert', alert })
  return entries
}

function requestRecord(
  context: RecorderContext,
  { id: flow, session, phase, attribution, declaration, action, reason }: FlowRecord,
  head: Extract<Opening['first'], { kind: 'http' }>,
): HttpRequestRecord {
  return {
    id: context.nextId(),
    flow,
    session,
    phase,
    at: context.clock(),
    scheme: 'http',
    attribution,
    method: head.method,
    host: head.absolute?.host ?? head.host,
    path: redactedPath(head.target),
    declaration,
    action,
    reason,
  }
}

export function closing(
  context: RecorderContext,
  flow: FlowRecord,
  end: Pick<Extract<JournalEntry, { kind: 'flow-closed' }>, 'state' | 'cause' | 'inspection' | 'verdict'>,
  counts: FlowCounts,
  dialled: string | null,
): JournalEntry {
  return { kind: 'flow-closed', flow: flow.id, at: context.clock(), ...end, counts, dialled }
}
