import type { Severity } from '../../../runtime/model/alert.ts'
import type { Reason } from '../../../runtime/model/verdict.ts'
import type { NameRecords } from '../../fixtures/internet/records.ts'
import type { Place } from './place.ts'

/** One technique, tried in the sandbox by `sh`, and judged at the far end and in the store. */
export interface Attack {
  /** Of docs/attacks.md. */
  readonly row: number
  readonly title: string
  /** Entries of `egress:` in the profile. `$KIT` in the script is the folder of kit/. */
  readonly egress?: (at: Place) => string
  readonly script: (at: Place) => string
  readonly denied: Denial
  /** Other addresses than the place's own, where the technique is about an address. */
  readonly sinks?: readonly string[]
  /** Records over the place's own. */
  readonly zones?: (at: Place) => Readonly<Record<string, NameRecords>>
}

/** The row that must be there; exactly one alert for each reason, and none beside. */
export interface Denial {
  readonly in: 'dns' | 'flows' | 'drops'
  readonly reason: Reason
  /** Fields that the row must have. */
  readonly row?: Readonly<Record<string, unknown>> | ((at: Place) => Readonly<Record<string, unknown>>)
  /** Reasons of all alerts. Absent: the row's own. */
  readonly alerts?: readonly Reason[]
  readonly severity?: Severity
}
