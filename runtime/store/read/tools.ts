import type Database from 'better-sqlite3'

/** What one tool's calls had to do with one destination. */
export interface ToolSummary {
  /** Null for another MCP request than a tool's call, and for the background; `*` for all beyond a bound. */
  readonly tool: string | null
  /** The MCP request's; null in the background: no request was open. */
  readonly method: string | null
  /** HTTP requests that were read; 0 where none was. */
  readonly requests: number
  /** Of these, the ones that went nowhere. */
  readonly denied: number
  readonly flows: number
  /** Of the requests, or of the flows where there is no request: those that may be another tool's instead. */
  readonly ambiguous: number
}

interface Row {
  readonly destination: number
  readonly method: string
  readonly tool: string
  readonly requests: number
  readonly denied: number
  readonly flows: number
  readonly ambiguousRequests: number
  readonly ambiguousFlows: number
}

/** By destination's number: tools of the UTC days from `sinceDay` on; denied ones first, then the busiest. */
export function readTools(db: Database.Database, sinceDay: number): ReadonlyMap<number, ToolSummary[]> {
  const rows = db
    .prepare<[number], Row>(
      `SELECT destination, method, tool, sum(requests) AS requests, sum(denied) AS denied, sum(flows) AS flows,
         sum(ambiguous_requests) AS ambiguousRequests, sum(ambiguous_flows) AS ambiguousFlows
       FROM tools WHERE day >= ? GROUP BY destination, method, tool
       HAVING sum(requests) > 0 OR sum(flows) > 0`,
    )
    .all(sinceDay)
  const byDestination = new Map<number, ToolSummary[]>()
  for (const { destination, ...row } of rows) {
    const list = byDestination.get(destination) ?? []
    list.push(toSummary(row))
    byDestination.set(destination, list)
  }
  for (const list of byDestination.values()) list.sort(byWeight)
  return byDestination
}

function toSummary(row: Omit<Row, 'destination'>): ToolSummary {
  const { method, tool, requests, denied, flows } = row
  return {
    tool: tool === '' ? null : tool,
    method: method === '' ? null : method,
    ...{ requests, denied, flows },
    ambiguous: requests > 0 ? row.ambiguousRequests : row.ambiguousFlows,
  }
}

function byWeight(a: ToolSummary, b: ToolSummary): number {
  return b.denied - a.denied || b.requests - a.requests || b.flows - a.flows
}
