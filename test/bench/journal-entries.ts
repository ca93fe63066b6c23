import type { Attribution } from '../../runtime/model/call.ts'
import type { FlowRecord, HttpRequestRecord } from '../../runtime/model/flow.ts'
import type { JournalEntry } from '../../runtime/model/journal.ts'
import type { SessionRecord } from '../../runtime/model/session.ts'
import { processIdentity } from '../../runtime/store/process-alive.ts'

export type Pair = 'flows' | 'requests'

/** The nth flow or request: how it begins, and its end when that is due. */
export function pairOf(what: Pair, n: number): { begin: JournalEntry; end: () => JournalEntry } {
  if (what === 'flows') {
    const flow = flowOf(n)
    return {
      begin: { kind: 'flow-opened', flow },
      end: () => ({ kind: 'flow-closed', flow: flow.id, at: Date.now(), ...CLOSING }),
    }
  }
  const request = requestOf(n)
  return {
    begin: { kind: 'http-request', request },
    end: () => ({ kind: 'http-ended', end: { request: request.id, at: Date.now(), ...ANSWERED } }),
  }
}

const CLOSING = {
  state: 'closed',
  cause: 'server closed',
  counts: { bytesSent: 512, bytesReceived: 2048 },
  dialled: null,
} as const

const ANSWERED = {
  status: 200,
  bytesSent: 2048,
  bytesReceived: 512,
  inspection: 'inspected',
  unread: null,
  findings: 0,
  verdict: null,
} as const

/** One call of a handful of tools. */
function asked(n: number): Attribution {
  const call = { id: String(n), method: 'tools/call', tool: `tool-${n % 5}`, startedAt: Date.now() }
  return { kind: 'one', calls: [call] }
}

function requestOf(n: number): HttpRequestRecord {
  return {
    id: `bench-session.${n}`,
    flow: CONNECTION,
    session: 'bench-session',
    phase: 'run',
    at: Date.now(),
    scheme: 'https',
    method: 'POST',
    host: 'host-0.example.com',
    path: '/email/withTemplate',
    attribution: asked(n),
    declaration: 'declared',
    action: 'allowed',
    reason: 'declared',
  }
}

const session: SessionRecord = {
  id: 'bench-session',
  server: 'bench',
  phase: 'run',
  startedAt: Date.now(),
  mode: 'enforce',
  sandbox: 'native',
  profileDigest: `sha256:${'0'.repeat(64)}`,
  notEnforced: [],
  package: null,
  packageIntegrity: null,
  ...processIdentity(),
}

function flowOf(n: number): FlowRecord {
  const host = `host-${n % 20}.example.com`
  return {
    id: `bench-session.${n}`,
    session: 'bench-session',
    phase: 'run',
    startedAt: Date.now(),
    address: `203.0.113.${n % 20}`,
    port: 443,
    transport: 'tcp',
    name: host,
    nameSource: 'tls_sni',
    protocol: 'tls',
    sni: host,
    alpn: ['h2', 'http/1.1'],
    ech: false,
    httpHost: null,
    chain: [],
    attribution: asked(n),
    inspection: 'uninspected',
    declaration: 'declared',
    action: 'allowed',
    reason: 'declared',
  }
}

const CONNECTION = 'bench-session.connection'

/** What there is before anything is measured: the session, and the connection that carries the requests. */
export const FIRST: readonly JournalEntry[] = [
  { kind: 'session-opened', session },
  { kind: 'flow-opened', flow: { ...flowOf(0), id: CONNECTION, inspection: 'inspected' } },
]
