import type { AlertEvent } from '../model/alert.ts'

/** One occurrence of an alert, as it is kept: the first, then the latest few, oldest first. */
export interface Evidence {
  readonly at: number
  readonly session: string
  readonly phase: AlertEvent['phase']
  readonly action: AlertEvent['action']
  readonly details: AlertEvent['evidence']
}
