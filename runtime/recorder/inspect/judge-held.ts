import type { HttpRequestRecord } from '../../model/flow.ts'
import type { JournalEntry } from '../../model/journal.ts'
import { denied, type Reason, type Verdict } from '../../model/verdict.ts'
import { alertForRequest } from '../../policy/request-alerts.ts'
import type { InspectedFlow } from './inspection.ts'
import type { RequestReading } from './request-reading.ts'

/**
 * The verdict on a request that was read to its end, all of it or as far as it may be long; null: it may go on. Its
 * alerts are committed by then. Rejects when the store fails.
 */
export async function judgeHeld(
  { context, flow }: InspectedFlow,
  record: HttpRequestRecord,
  reading: RequestReading,
  whole: boolean,
): Promise<Verdict | null> {
  const { unread, blocks } = await reading.end()
  // What it names says more than that there is more of it.
  const reason: Reason | null = blocks
    ? 'payload-destination'
    : unread !== null || !whole
      ? 'payload-unread'
      : null
  const verdict = reason === null ? null : denied(reason)
  const entries: JournalEntry[] = [...reading.tell(verdict === null ? 'allowed' : 'denied')]
  if (reason === 'payload-unread') entries.push(...refusedLate({ context, flow }, record, reason))
  if (entries.length > 0) await context.record(...entries)
  return verdict
}

/** The alert for a request that its head let through: what came behind that was not to. */
export function refusedLate(
  { context, flow }: Pick<InspectedFlow, 'context' | 'flow'>,
  record: HttpRequestRecord,
  reason: Reason,
): JournalEntry[] {
  const alert = alertForRequest(context.server, flow, { ...record, ...denied(reason) })
  return alert === null ? [] : [{ kind: 'alert', alert }]
}
