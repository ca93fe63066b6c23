import type { AlertEvent } from '../../../runtime/model/alert.ts'
import type { Attribution, Call } from '../../../runtime/model/call.ts'
import type { DnsRecord, FlowRecord, HttpRequestEnd, HttpRequestRecord } from '../../../runtime/model/flow.ts'
import type { DropRecord, JournalEntry } from '../../../runtime/model/journal.ts'
import type { SessionRecord } from '../../../runtime/model/session.ts'
import { processIdentity } from '../../../runtime/store/process-alive.ts'

/** Noon of a day, UTC. */
export const NOON = Date.UTC(2026, 10, 22, 12)

export function sessionRecord(with_: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: 's1',
    server: 'exa',
    phase: 'run',
    startedAt: NOON,
    mode: 'enforce',
    sandbox: 'native',
    profileDigest: `sha256:${'ab'.repeat(32)}`,
    notEnforced: [],
    package: 'exa-mcp-server@3.4.1',
    packageIntegrity: null,
    ...processIdentity(),
    ...with_,
  }
}

export function opened(with_: Partial<SessionRecord> = {}): JournalEntry {
  return { kind: 'session-opened', session: sessionRecord(with_) }
}

export function closed(session = 's1', at = NOON + 1000): JournalEntry {
  return { kind: 'session-closed', session, at, end: 'exited', exitCode: 0, signal: null }
}

export function flowRecord(with_: Partial<FlowRecord> = {}): FlowRecord {
  return {
    id: 's1.1',
    session: 's1',
    phase: 'run',
    startedAt: NOON,
    address: '203.0.113.7',
    port: 443,
    transport: 'tcp',
    name: 'api.exa.ai',
    nameSource: 'tls_sni',
    protocol: 'tls',
    sni: 'api.exa.ai',
    alpn: ['h2'],
    ech: false,
    httpHost: null,
    chain: [],
    inspection: 'uninspected',
    attribution: null,
    declaration: 'declared',
    action: 'allowed',
    reason: 'declared',
    ...with_,
  }
}

export const DENIED = {
  declaration: 'undeclared',
  action: 'denied',
  reason: 'undeclared',
  inspection: 'none',
} as const

export function flow(with_: Partial<FlowRecord> = {}): JournalEntry {
  return { kind: 'flow-opened', flow: flowRecord(with_) }
}

export function progress(id: string, bytesSent: number, bytesReceived: number): JournalEntry {
  return { kind: 'flow-progress', flow: id, counts: { bytesSent, bytesReceived } }
}

type FlowClosed = Extract<JournalEntry, { kind: 'flow-closed' }>

export function flowClosed(with_: Partial<FlowClosed> = {}): JournalEntry {
  return {
    kind: 'flow-closed',
    flow: 's1.1',
    at: NOON + 500,
    state: 'closed',
    cause: 'server closed',
    counts: { bytesSent: 10, bytesReceived: 20 },
    dialled: null,
    ...with_,
  }
}

export function query(with_: Partial<DnsRecord> = {}): JournalEntry {
  return {
    kind: 'dns-query',
    query: {
      id: 'q1',
      session: 's1',
      phase: 'run',
      at: NOON,
      name: 'api.exa.ai',
      type: 'A',
      transport: 'udp',
      resolver: '1.1.1.1',
      declaration: 'declared',
      action: 'allowed',
      reason: 'declared',
      ...with_,
    },
  }
}

export const DENIED_QUERY = { declaration: 'undeclared', action: 'denied', reason: 'dns-undeclared' } as const

export function request(with_: Partial<HttpRequestRecord> = {}): JournalEntry {
  return {
    kind: 'http-request',
    request: {
      id: 'r1',
      flow: 's1.1',
      session: 's1',
      phase: 'run',
      at: NOON,
      scheme: 'http',
      attribution: null,
      method: 'GET',
      host: 'api.exa.ai',
      path: '/search?q=',
      declaration: 'declared',
      action: 'allowed',
      reason: 'declared',
      ...with_,
    },
  }
}

export function requestEnded(with_: Partial<HttpRequestEnd> = {}): JournalEntry {
  return {
    kind: 'http-ended',
    end: {
      request: 'r1',
      at: NOON + 40,
      status: 200,
      bytesSent: 300,
      bytesReceived: 70,
      inspection: 'inspected',
      unread: null,
      findings: 0,
      verdict: null,
      ...with_,
    },
  }
}

/** Calls of these tools are open; of `initialize` for null. */
export function during(...tools: readonly (string | null)[]): Attribution {
  const calls = tools.map((tool, index): Call => {
    return {
      id: String(index + 1),
      method: tool === null ? 'initialize' : 'tools/call',
      tool,
      startedAt: NOON,
    }
  })
  return { kind: calls.length === 0 ? 'background' : calls.length === 1 ? 'one' : 'ambiguous', calls }
}

export function drop(with_: Partial<DropRecord> = {}): JournalEntry {
  return {
    kind: 'drop',
    drop: {
      session: 's1',
      phase: 'run',
      at: NOON,
      address: '198.51.100.1',
      port: 123,
      transport: 'udp',
      name: null,
      nameSource: 'none',
      packets: 3,
      bytes: 144,
      declaration: 'undeclared',
      action: 'denied',
      reason: 'udp',
      ...with_,
    },
  }
}

export function alert(with_: Partial<AlertEvent> = {}): JournalEntry {
  return {
    kind: 'alert',
    alert: {
      server: 'exa',
      session: 's1',
      phase: 'run',
      at: NOON,
      kind: 'undeclared_destination',
      severity: 'medium',
      key: 'agnost.ai undeclared',
      destination: {
        address: '203.0.113.9',
        port: 443,
        transport: 'tcp',
        name: 'api.agnost.ai',
        nameSource: 'tls_sni',
      },
      reason: 'undeclared',
      action: 'denied',
      count: 1,
      evidence: { flow: 's1.1' },
      ...with_,
    },
  }
}
