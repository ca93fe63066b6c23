import type { Product } from '../../fixtures/product/product.ts'

/** A line of `egress flows`: a connection, or the packets dropped for one destination (docs/json.md). */
export interface FlowLine {
  readonly id: string
  readonly session: string
  readonly state: string
  readonly cause: string | null
  readonly name: string | null
  readonly nameSource: string
  readonly address: string | null
  readonly port: number
  readonly transport: string
  readonly protocol: string
  readonly declaration: string
  readonly action: string
  readonly reason: string
  readonly inspection: string
  readonly bytesSent: number
  readonly bytesReceived: number
  readonly packets: number | null
  readonly ech: boolean
  readonly requests: readonly {
    readonly method: string
    readonly host: string | null
    readonly path: string
  }[]
}

export interface RequestLine {
  readonly flow: string
  readonly method: string
  readonly host: string | null
  readonly path: string
  readonly status: number | null
  readonly declaration: string
  readonly action: string
  readonly reason: string
  readonly inspection: string
  readonly findings: number
  readonly bytesSent: number
  readonly bytesReceived: number
}

export interface DnsLine {
  readonly name: string
  readonly type: string
  readonly transport: string
  readonly resolver: string
  readonly declaration: string
  readonly action: string
  readonly reason: string
  readonly rcode: string | null
  readonly answers: readonly string[]
}

export interface AlertLine {
  readonly kind: string
  readonly severity: string
  readonly destination: Pick<FlowLine, 'name' | 'address' | 'port' | 'transport' | 'nameSource'>
  readonly reason: string
  readonly action: string
  readonly count: number
}

export interface History {
  readonly flows: readonly FlowLine[]
  readonly drops: readonly FlowLine[]
  readonly dns: readonly DnsLine[]
  readonly alerts: readonly AlertLine[]
  readonly gaps: readonly { readonly kind: string; readonly count: number }[]
}

/** What the product itself tells of a server, in the words of its programs. */
export async function readHistory(mcp: Product, server: string): Promise<History> {
  const [flows, dns, report] = await Promise.all([
    mcp.egress(['flows', '--server', server, '--format', 'jsonl']).then(lines<FlowLine>),
    mcp.egress(['dns', '--server', server, '--format', 'jsonl']).then(lines<DnsLine>),
    mcp.egress(['report', '--server', server, '--format', 'json']).then((text) => JSON.parse(text) as Report),
  ])
  return {
    flows: flows.filter(({ packets }) => packets === null),
    drops: flows.filter(({ packets }) => packets !== null),
    dns,
    alerts: report.alerts,
    gaps: report.servers[0]?.gaps ?? [],
  }
}

/** Every HTTP request of it that was read. */
export async function readRequests(mcp: Product, server: string): Promise<readonly RequestLine[]> {
  return lines<RequestLine>(await mcp.egress(['requests', '--server', server, '--format', 'jsonl']))
}

interface Report {
  readonly servers: readonly { readonly gaps: History['gaps'] }[]
  readonly alerts: readonly AlertLine[]
}

function lines<Line>(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}
