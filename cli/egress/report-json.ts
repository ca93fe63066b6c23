import type { AlertSummary } from '../../runtime/store/read/alerts.ts'
import type { DestinationSummary } from '../../runtime/store/read/destinations.ts'
import type { GapSummary } from '../../runtime/store/read/gaps.ts'
import type { Report, ServerReport } from '../../runtime/store/read/report.ts'
import { isoTime } from './words.ts'

/** The report as docs/json.md has it: fields in that order, times in ISO 8601 UTC. */
export function reportJson(report: Report): unknown {
  return {
    generatedAt: isoTime(report.generatedAt),
    store: report.store,
    servers: report.servers.map(serverJson),
    alerts: report.alerts.map(alertJson),
  }
}

export function alertJson(alert: AlertSummary): unknown {
  const { id, server, kind, severity, destination, reason, action, count } = alert
  return {
    ...{ id, server, kind, severity, destination, reason, action, count },
    firstSeen: isoTime(alert.firstSeen),
    lastSeen: isoTime(alert.lastSeen),
    evidence: alert.evidence.map(({ at, ...rest }) => ({ at: isoTime(at), ...rest })),
  }
}

function serverJson({ server, runs, destinations, gaps }: ServerReport): unknown {
  return {
    server,
    runs: runs.map(({ mode, sandbox, profileDigest, sessions, notEnforced }) => {
      return { mode, sandbox, profileDigest, sessions, notEnforced }
    }),
    destinations: destinations.map(destinationJson),
    gaps: gaps.map(gapJson),
  }
}

function destinationJson(destination: DestinationSummary): unknown {
  const { phase, name, nameSource, addresses, port, transport, protocol, declaration, action } = destination
  const { reason, flows, bytesSent, bytesReceived, firstSeen, lastSeen, inspection, tools } = destination
  return {
    ...{ phase, name, nameSource, addresses, port, transport, protocol, declaration, action, reason },
    ...{ flows, bytesSent, bytesReceived },
    firstSeen: isoTime(firstSeen),
    lastSeen: isoTime(lastSeen),
    inspection,
    tools: tools.map(({ tool, method, requests, denied, flows, ambiguous }) => {
      return { tool, method, requests, denied, flows, ambiguous }
    }),
  }
}

function gapJson({ kind, count, firstSeen, lastSeen }: GapSummary): unknown {
  return { kind, count, firstSeen: isoTime(firstSeen), lastSeen: isoTime(lastSeen) }
}
