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

/** A request as docs/json.md has it. */
export function requestJson(server: string, request: RequestLine): unknown {
  const { id, session, phase, at, flow, scheme, method, host, path, status, endedAt } = request
  const { bytesSent, bytesReceived, attribution, calls, declaration, action, reason } = request
  const { inspection, unread, findings } = request
  return {
    ...{ id, server, session, phase, at: isoTime(at), flow, scheme, method, host, path, status },
    durationMs: endedAt === null ? null : Math.max(0, endedAt - at),
    ...{ bytesSent, bytesReceived, attribution, calls, declaration, action, reason },
    ...{ inspection, unread, findings },
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
