import type { HttpRequestEnd, HttpRequestRecord, Inspection } from '../../model/flow.ts'
import type { Verdict } from '../../model/verdict.ts'
import { inBackground } from '../context.ts'
import type { InspectedFlow } from './inspection.ts'
import type { RequestReading } from './request-reading.ts'

/** How an allowed request went on, told as it goes. */
export interface RequestProgress {
  /** Of the destination's answer. */
  status: number | null
  bytesSent: number
  bytesReceived: number
  /** Its head went to the destination. */
  sent: boolean
  /** Where it is another than the head's. */
  verdict: Verdict | null
  /** What passed unread beside the body; null: nothing. */
  unread: string | null
}

export function newProgress(): RequestProgress {
  return { status: null, bytesSent: 0, bytesReceived: 0, sent: false, verdict: null, unread: null }
}

/** Writes the end of a request when all of it is weighed, and gives how far it was read. Never rejects. */
export async function recordEnd(
  { context }: InspectedFlow,
  { id }: HttpRequestRecord,
  reading: RequestReading,
  progress: RequestProgress,
): Promise<Inspection> {
  const { status, bytesSent, bytesReceived, sent, verdict } = progress
  const read = await reading.end()
  const unread = progress.unread ?? read.unread
  const inspection: Inspection = !sent ? 'none' : unread === null ? 'inspected' : 'partial'
  const end: HttpRequestEnd = {
    ...{ request: id, at: context.clock(), status, bytesSent, bytesReceived, inspection },
    ...{ unread: sent ? unread : null, findings: reading.findings, verdict },
  }
  inBackground(context.record({ kind: 'http-ended', end }))
  return inspection
}
