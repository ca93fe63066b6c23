import type Database from 'better-sqlite3'
import type { AlertKind, Severity } from '../../model/alert.ts'
import type { Destination } from '../../model/destination.ts'
import type { Action, Reason } from '../../model/verdict.ts'
import type { Evidence } from '../evidence.ts'

/** One deduplicated finding. Times in milliseconds. */
export interface AlertSummary {
  readonly id: string
  readonly server: string
  readonly kind: AlertKind
  readonly severity: Severity
  readonly destination: Destination
  readonly reason: Reason
  readonly action: Action
  readonly count: number
  readonly firstSeen: number
  readonly lastSeen: number
  /** The first occurrence and the latest few, oldest first. */
  readonly evidence: readonly Evidence[]
}

type Row = Omit<AlertSummary, 'server' | 'destination' | 'evidence'> &
  Destination & { readonly evidence: string }

export function readAlerts(db: Database.Database, server: string, since: number): AlertSummary[] {
  return db
    .prepare<[number], Row>(
      `SELECT id, kind, severity, address, port, transport, name, name_source AS nameSource, reason, action, count,
         first_seen AS firstSeen, last_seen AS lastSeen, evidence FROM alerts WHERE last_seen >= ?`,
    )
    .all(since)
    .map(({ address, port, transport, name, nameSource, evidence, ...alert }) => ({
      ...alert,
      server,
      destination: { address, port, transport, name, nameSource },
      evidence: JSON.parse(evidence) as Evidence[],
    }))
}

const RANK: Readonly<Record<Severity, number>> = { high: 0, medium: 1, low: 2, info: 3 }

/** The most severe first, then the latest. */
export function byUrgency(a: AlertSummary, b: AlertSummary): number {
  return RANK[a.severity] - RANK[b.severity] || b.lastSeen - a.lastSeen
}
