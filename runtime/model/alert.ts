import type { Destination } from './destination.ts'
import type { Phase } from './session.ts'
import type { Action, Reason } from './verdict.ts'

export type Severity = 'info' | 'low' | 'medium' | 'high'

export type AlertKind =
  | 'undeclared_destination'
  | 'denied_destination'
  | 'undeclared_dns'
  | 'dropped_packets'
  /** A request names a destination that nobody gave the server. */
  | 'payload_destination'
  /** Something was sent while no call was open. */
  | 'background_traffic'
  /** A request for another host than its connection's. */
  | 'request_mismatch'
  | 'upstream_certificate'
  /** The client called a tool that a read-only session has not. */
  | 'refused_call'
  /** A host, a kind of request or a field of one that earlier versions or sessions did not have. */
  | 'drift'
  /** A tool that was not there, or whose description or schema was another. */
  | 'tool_drift'

export type EvidenceValue =
  | string
  | number
  | boolean
  | null
  | readonly string[]
  /** The call that something is tied to. */
  | { readonly id: string; readonly tool: string | null }

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
  readonly evidence: Readonly<Record<string, EvidenceValue>>
}
