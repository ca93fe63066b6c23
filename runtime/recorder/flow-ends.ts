import type { Socket } from 'node:net'
import type { FlowCounts, FlowRecord } from '../model/flow.ts'
import type { JournalEntry } from '../model/journal.ts'
import { denied, type Reason } from '../model/verdict.ts'
import { alertForFlow } from '../policy/alerts.ts'
import { alertForCertificate } from '../policy/request-alerts.ts'
import type { RecorderContext } from './context.ts'
import { explainCertificate, explainOutage } from './explanation.ts'
import type { Opening } from './first-bytes.ts'
import { closing } from './flow-record.ts'
import type { Inspector } from './inspect/inspector.ts'
import { refuse } from './refusal.ts'

/** A flow that was let through and came to nothing. */
export interface Failed {
  readonly context: RecorderContext
  readonly over: AbortSignal
  readonly socket: Socket
  readonly flow: FlowRecord
  readonly opening: Opening
}

export const NOTHING: FlowCounts = { bytesSent: 0, bytesReceived: 0 }

/** `by`: what was dialled, as the row says it. */
export async function notReached(
  { context, over, socket, flow, opening }: Failed,
  code: string,
  by: string | null,
): Promise<void> {
  if (over.aborted) {
    socket.resetAndDestroy()
    const ended = { state: 'aborted', cause: 'session ended' } as const
    await context.record(closing(context, flow, ended, NOTHING, by))
    return
  }
  refuse(socket, opening, explainOutage(flow, code))
  await context.record(closing(context, flow, { state: 'unreachable', cause: code }, NOTHING, by))
}

/** The destination's certificate is not valid for it, in OpenSSL's words: in either mode nothing goes there. */
export async function notGenuine(
  { context, socket, flow, opening }: Failed,
  inspector: Inspector,
  problem: string,
  by: string | null,
): Promise<void> {
  await context.record(turnedDown(context, flow, 'upstream-certificate', by), {
    kind: 'alert',
    alert: alertForCertificate(context.server, flow, problem),
  })
  await inspector.answer(socket, opening, flow.name ?? '', explainCertificate(flow, problem))
}

/** The client does not let itself be read, and must be: nothing of it has gone on. */
export async function notRead({ context, flow }: Failed, by: string | null): Promise<void> {
  const reason = 'inspection-refused'
  const entries: JournalEntry[] = [turnedDown(context, flow, reason, by)]
  const alert = alertForFlow(context.server, { ...flow, ...denied(reason) })
  if (alert !== null) entries.push({ kind: 'alert', alert })
  await context.record(...entries)
}

/** Denied after all: what was meant to be read could not be. */
function turnedDown(
  context: RecorderContext,
  flow: FlowRecord,
  reason: Reason,
  by: string | null,
): JournalEntry {
  const end = { state: 'denied', cause: reason, inspection: 'none', verdict: denied(reason) } as const
  return closing(context, flow, end, NOTHING, by)
}
