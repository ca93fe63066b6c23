import { createHash } from 'node:crypto'
import type Database from 'better-sqlite3'
import type { AlertEvent, Severity } from '../../model/alert.ts'
import { bounded, boundedOrNull } from '../bounded.ts'
import type { Evidence } from '../evidence.ts'
import { LIMITS } from '../limits.ts'

interface Stored {
  readonly severity: Severity
  readonly action: string
  readonly evidence: string
}

const SEVERITIES: readonly Severity[] = ['info', 'low', 'medium', 'high']

/** Alerts: one row a key. Its id depends on server and key alone, so it is the same after a prune. */
export class Alerts {
  readonly #find: Database.Statement<[string], Stored>
  readonly #count: Database.Statement<[], number>
  readonly #insert: Database.Statement
  readonly #update: Database.Statement
  #total: number | null = null

  constructor(db: Database.Database) {
    this.#find = db.prepare('SELECT severity, action, evidence FROM alerts WHERE id = ?')
    this.#count = db.prepare<[], number>('SELECT count(*) FROM alerts').pluck()
    this.#insert = db.prepare(
      `INSERT INTO alerts (severity, action, count, last_seen, session, evidence, id, key, kind, phase, address,
         port, transport, name, name_source, reason, first_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#update = db.prepare(
      `UPDATE alerts SET severity = ?, action = ?, count = count + ?, last_seen = max(last_seen, ?), session = ?,
         evidence = ? WHERE id = ?`,
    )
  }

  add(alert: AlertEvent): void {
    const id = alertId(alert.server, alert.key)
    const stored = this.#find.get(id)
    this.#total ??= this.#count.get() ?? 0
    if (stored !== undefined) this.#again(id, alert, stored)
    else if (this.#total < LIMITS.alerts) this.#first(id, alert.key, alert)
    else this.#beyondBound(alert)
  }

  /** Another process has written: the count may be out of date. */
  recount(): void {
    this.#total = null
  }

  /** Too many different ones: what is left to tell apart is the reason. */
  #beyondBound(alert: AlertEvent): void {
    const key = `* ${alert.reason}`
    const id = alertId(alert.server, key)
    const stored = this.#find.get(id)
    if (stored !== undefined) this.#again(id, alert, stored)
    else this.#first(id, key, { ...alert, destination: { ...alert.destination, name: '*', address: null } })
  }

  #first(id: string, key: string, alert: AlertEvent): void {
    const { severity, action, count, at, session, kind, phase, reason } = alert
    const { address, port, transport, name, nameSource } = alert.destination
    const evidence = JSON.stringify([evidenceOf(alert)])
    if (this.#total !== null) this.#total++
    this.#insert.run(
      severity,
      action,
      count,
      at,
      session,
      evidence,
      id,
      bounded(key),
      kind,
      phase,
      boundedOrNull(address),
      port,
      transport,
      boundedOrNull(name),
      nameSource,
      reason,
      at,
    )
  }

  #again(id: string, alert: AlertEvent, stored: Stored): void {
    const [first, ...latest] = JSON.parse(stored.evidence) as Evidence[]
    const evidence = JSON.stringify([first, ...[...latest, evidenceOf(alert)].slice(-LIMITS.latestEvidence)])
    const severity = SEVERITIES.indexOf(alert.severity) > SEVERITIES.indexOf(stored.severity) ? alert : stored
    // Something that got through once is not made good by being denied afterwards.
    const action = stored.action === 'allowed' ? 'allowed' : alert.action
    this.#update.run(severity.severity, action, alert.count, alert.at, alert.session, evidence, id)
  }
}

function alertId(server: string, key: string): string {
  return createHash('sha256').update(`${server}\n${key}`).digest('hex').slice(0, 16)
}

function evidenceOf({ at, session, phase, action, evidence }: AlertEvent): Evidence {
  const fits = JSON.stringify(evidence).length <= LIMITS.longText
  return { at, session, phase, action, details: fits ? evidence : boundedDetails(evidence) }
}

function boundedDetails(evidence: AlertEvent['evidence']): AlertEvent['evidence'] {
  const cut = Object.entries(evidence)
    .slice(0, 16)
    .map(([key, value]) => [bounded(key, 64), boundedDetail(value)] as const)
  return Object.fromEntries(cut)
}

function boundedDetail(value: AlertEvent['evidence'][string]): AlertEvent['evidence'][string] {
  if (typeof value === 'string') return bounded(value, 200)
  if (typeof value !== 'object' || value === null) return value
  if ('id' in value) return { id: bounded(value.id, 64), tool: boundedOrNull(value.tool) }
  return value.slice(0, 4).map((item) => bounded(item, 60))
}
