import { type FlowLine, readFlows } from '../../runtime/store/read/flows.ts'
import type { CommonOptions } from './common-options.ts'
import { flowJson } from './flow-json.ts'
import { type Column, layOut } from './layout.ts'
import { listRows } from './listing.ts'
import { markOf } from './marks.ts'
import { lineWidth } from './output.ts'
import { safeJson } from './safe-json.ts'
import { placeText, shortBytes, shortDuration, shortTime } from './words.ts'

export interface FlowsCommand extends CommonOptions {
  readonly server: string
  readonly since?: number
  readonly format: 'table' | 'jsonl'
}

const COLUMNS: readonly Column[] = [
  { title: 'STARTED', width: 11 },
  { title: 'STATE', width: 11 },
  { title: 'DESTINATION', width: 38, flexible: true },
  { title: 'REASON', width: 14 },
  { title: 'SENT', align: 'right', width: 7 },
  { title: 'RECV', align: 'right', width: 7 },
  { title: 'TOOK', align: 'right', width: 10 },
]

/** `egress flows`: one line a flow, oldest first. */
export async function flows({ store, now, server, since = 0, format }: FlowsCommand): Promise<number> {
  const width = lineWidth()
  return listRows({ store, server, now }, ({ db }) => readFlows(db, since), {
    header: format === 'table' ? layOut(COLUMNS, [], { width }).header : null,
    line: (flow, history) =>
      format === 'table'
        ? (layOut(COLUMNS, [cells(flow, now)], { width }).lines[0] ?? '')
        : safeJson(flowJson(history.server, flow)),
  })
}

function cells(flow: FlowLine, now: number): string[] {
  const { startedAt, endedAt, state, address, reason, bytesSent, bytesReceived, packets, inspection } = flow
  const place = placeText({ ...flow, addresses: address === null ? [] : [address] })
  return [
    shortTime(startedAt, now),
    `${state}${markOf(inspection)}`,
    packets === null ? place : `${place} (${packets} packets)`,
    reason,
    shortBytes(bytesSent),
    shortBytes(bytesReceived),
    endedAt === null ? '' : shortDuration(Math.max(0, endedAt - startedAt)),
  ]
}
