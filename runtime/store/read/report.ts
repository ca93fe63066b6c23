import type { McpRunError } from '../../model/errors.ts'
import { DAY, dayOf } from '../day.ts'
import { type AlertSummary, byUrgency, readAlerts } from './alerts.ts'
import { type DestinationSummary, readDestinations } from './destinations.ts'
import { type GapSummary, readGaps } from './gaps.ts'
import { type Run, readRuns } from './runs.ts'
import { chooseServers, eachHistory } from './servers.ts'

export interface ServerReport {
  readonly server: string
  readonly runs: readonly Run[]
  readonly destinations: readonly DestinationSummary[]
  readonly gaps: readonly GapSummary[]
}

export interface Report {
  /** Milliseconds. */
  readonly generatedAt: number
  readonly store: string
  readonly servers: readonly ServerReport[]
  readonly alerts: readonly AlertSummary[]
}

export interface ReportOptions {
  readonly store: string
  readonly server?: string | undefined
  /** Milliseconds; the report begins with the UTC day that it falls on. */
  readonly since?: number | undefined
  readonly now: number
  /** Told of each file that could not be read. */
  readonly onError: (error: McpRunError) => void
}

/** What each server contacted, from the rollups: its cost depends on destinations, not on flows. */
export function readReport({ store, server, since = 0, now, onError }: ReportOptions): Report {
  const sinceDay = dayOf(since)
  const servers: ServerReport[] = []
  const alerts: AlertSummary[] = []
  const files = chooseServers(store, server)
  eachHistory(
    files,
    now,
    (history) => {
      const from = sinceDay * DAY
      servers.push({
        server: history.server,
        runs: readRuns(history.db, from),
        destinations: readDestinations(history.db, sinceDay),
        gaps: readGaps(history.db, from),
      })
      alerts.push(...readAlerts(history.db, history.server, from))
    },
    onError,
  )
  return { generatedAt: now, store, servers, alerts: alerts.sort(byUrgency) }
}
