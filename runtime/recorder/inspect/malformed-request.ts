import type { HttpRequestRecord } from '../../model/flow.ts'
import { redactedPath } from '../../model/redacted-path.ts'
import { denied } from '../../model/verdict.ts'
import { alertForRequest } from '../../policy/request-alerts.ts'
import { neverSent } from './admit.ts'
import type { InspectedFlow } from './inspection.ts'

/** The row of what was no request, with what can be read of its first line, and its alert. Rejects when the store fails. */
export async function recordMalformed(
  { context, flow, scheme, witness }: InspectedFlow,
  bytes: Buffer,
): Promise<void> {
  const [, method = '?', target = ''] = FIRST_LINE.exec(bytes.toString('latin1', 0, MAX_LINE)) ?? []
  const attribution = witness === null ? null : await witness.attribution()
  const record: HttpRequestRecord = {
    ...{ id: context.nextId(), flow: flow.id, session: flow.session, phase: flow.phase },
    ...{ at: context.clock(), scheme, attribution, method, host: null, path: redactedPath(target) },
    ...denied('malformed'),
  }
  const alert = alertForRequest(context.server, flow, record)
  await context.record(
    { kind: 'http-request', request: record },
    ...(alert === null ? [] : [{ kind: 'alert', alert } as const]),
    neverSent(record, record.at, 0),
  )
}

const MAX_LINE = 8192
const FIRST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) ([!-~]+)/
