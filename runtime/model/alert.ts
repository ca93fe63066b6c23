import type { Destination } from './destination.ts'
import type { Phase } from './session.ts'
import type { Action, Reason } from './verdict.ts'

export type Severity = 'info' | 'low' | 'medium' | 'high'

export type AlertKind = 'undeclared_destination' | 'denied_destination' | 'undeclared_dns' | 'dropped_packets'

/** One finding as it happens. Findings with one `key` under one server are one alert with a count. */
export interface AlertEvent {
  readonly server: string
  readonly session: string
  readonly phase: Phase
  readonly at: number
  readonly kind: AlertKind
  readonly severity: Severity
  /** Registrable domain or address, and reason: what makes two findings the same. */
  readonly key: string
  readonly destination: Destination
  readonly reason: Reason
  readonly action: Action
  /** How many times at once (packets, for drops). */
  readonly count: number
  /** What a person needs to judge it: no bodies, no secrets. JSON values only. */
  readonly evidence: Readonly<Record<string, string | number | boolean | null | readonly string[]>>
}
