import type { HttpRequestRecord } from '../../model/flow.ts'
import type { JournalEntry } from '../../model/journal.ts'
import { normaliseName } from '../../model/name.ts'
import { redactedPath } from '../../model/redacted-path.ts'
import { denied } from '../../model/verdict.ts'
import { judgeRequest, matchingSinks } from '../../policy/judge-request.ts'
import { alertForRequest } from '../../policy/request-alerts.ts'
import { readAuthority } from '../../protocol/authority.ts'
import { type Explanation, explainRequest } from '../explanation.ts'
import type { InspectedFlow, RequestHead } from './inspection.ts'
import { type RequestReading, readRequest } from './request-reading.ts'

/** What becomes of a request, as far as its head tells. Its row is committed by then. */
export type Admission =
  | { readonly kind: 'denied'; readonly explanation: Explanation }
  | {
      readonly kind: 'allowed'
      readonly record: HttpRequestRecord
      readonly reading: RequestReading
      /** Its body is read to the end before anything of it goes on. */
      readonly hold: boolean
    }

/** Judges a request by its head, and writes its row. Rejects when the store fails: nothing may leave then. */
export async function admit(inspected: InspectedFlow, head: RequestHead): Promise<Admission> {
  const { context, flow, name, witness, scheme, requests } = inspected
  const { mode } = context
  // Asked first: what the calls were when the head came.
  const asked = witness?.attribution() ?? null
  const at = context.clock()
  const facts = { mode, name, port: flow.port, scheme, requests, ...head }
  const byHead = head.malformed ? denied('malformed') : judgeRequest(facts)
  const sinks = byHead.action === 'denied' ? [] : matchingSinks(inspected.sinks, { host: name, ...head })
  const reading = byHead.action === 'denied' ? null : readRequest(inspected, head, sinks)
  const weighed = reading?.head()
  const attribution = asked === null ? null : await asked
  const found = (await weighed) ?? []
  const verdict = found.some(({ blocks }) => blocks) ? denied('payload-destination') : byHead
  const record: HttpRequestRecord = {
    id: context.nextId(),
    flow: flow.id,
    session: flow.session,
    phase: flow.phase,
    at,
    scheme,
    attribution,
    method: head.method.slice(0, MAX_METHOD),
    host: hostOf(head.hosts[0]),
    path: redactedPath(head.target),
    ...verdict,
  }
  const entries: JournalEntry[] = [{ kind: 'http-request', request: record }]
  const alert = byHead === verdict ? alertForRequest(context.server, flow, record) : null
  if (alert !== null) entries.push({ kind: 'alert', alert })
  if (reading === null || verdict.action === 'denied') {
    reading?.begin(record, true)
    if (reading !== null) entries.push(...reading.tell('denied'))
    entries.push(neverSent(record, at, reading?.findings ?? 0))
    await context.record(...entries)
    return { kind: 'denied', explanation: explainRequest(flow, verdict.reason) }
  }
  const hold = mode !== 'monitor' && sinks.some(({ sink }) => sink.onUnexplained === 'block')
  reading.begin(record, hold)
  if (!hold) entries.push(...reading.tell('allowed'))
  await context.record(...entries)
  return { kind: 'allowed', record, reading, hold }
}

const MAX_METHOD = 64

function hostOf(host: string | undefined): string | null {
  if (host === undefined) return null
  // The common case, without a port, is a name and nothing else.
  return normaliseName(host) ?? readAuthority(host)?.host ?? null
}

export function neverSent(record: HttpRequestRecord, at: number, findings: number): JournalEntry {
  const counts = { bytesSent: 0, bytesReceived: 0, findings, unread: null, verdict: null }
  return { kind: 'http-ended', end: { request: record.id, at, status: null, inspection: 'none', ...counts } }
}
