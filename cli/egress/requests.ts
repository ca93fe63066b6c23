import { escapeText } from '../../runtime/model/text.ts'
import { type RequestLine, readRequests } from '../../runtime/store/read/requests.ts'
import { callsText } from './calls-text.ts'
import type { CommonOptions } from './common-options.ts'
import { type Column, endCut, layOut } from './layout.ts'
import { listRows } from './listing.ts'
import { markOf } from './marks.ts'
import { lineWidth } from './output.ts'
import { safeJson } from './safe-json.ts'
import { isoTime, shortTime } from './words.ts'

export interface RequestsCommand extends CommonOptions {
  readonly server: string
  readonly since?: number
  readonly format: 'table' | 'jsonl'
}

const TOOL_WIDTH = 12

const COLUMNS: readonly Column[] = [
  { title: 'MADE', width: 11 },
  { title: 'TOOL', width: TOOL_WIDTH },
  { title: 'METHOD', width: 6 },
  { title: 'WHAT', width: 48, flexible: true },
  { title: 'VERDICT', width: 27 },
]

/** `egress requests`: one line an HTTP request, oldest first. */
export async function requests({ store, now, server, since = 0, format }: RequestsCommand): Promise<number> {
  const width = lineWidth()
  return listRows({ store, server, now }, ({ db }) => readRequests(db, since), {
    header: format === 'table' ? layOut(COLUMNS, [], { width }).header : null,
    line: (request, history) =>
      format === 'table'
        ? (layOut(COLUMNS, [requestCells(request, now)], { width }).lines[0] ?? '')
        : safeJson(requestJson(history.server, request)),
  })
}

/** A request as docs/json.md has it. Spelt out: spreading this many fields takes longer than all else. */
export function requestJson(server: string, request: RequestLine): unknown {
  const { at, endedAt } = request
  return {
    id: request.id,
    server,
    session: request.session,
    phase: request.phase,
    at: isoTime(at),
    flow: request.flow,
    scheme: request.scheme,
    method: request.method,
    host: request.host,
    path: request.path,
    status: request.status,
    durationMs: endedAt === null ? null : Math.max(0, endedAt - at),
    bytesSent: request.bytesSent,
    bytesReceived: request.bytesReceived,
    attribution: request.attribution,
    calls: request.calls,
    declaration: request.declaration,
    action: request.action,
    reason: request.reason,
    inspection: request.inspection,
    unread: request.unread,
    findings: request.findings,
  }
}

export function requestCells(request: RequestLine, now: number): string[] {
  const { at, method, host, path, status, action, reason, inspection } = request
  const answer = status === null ? '' : `${status} `
  const verdict = `${answer}${action}${markOf(inspection)}`
  return [
    shortTime(at, now),
    endCut(callsText(request), TOOL_WIDTH),
    escapeText(method, 20),
    `${escapeText(host ?? '', 260)}${escapeText(path, 400)}`,
    reason === 'declared' ? verdict : `${verdict} ${reason}`,
  ]
}
