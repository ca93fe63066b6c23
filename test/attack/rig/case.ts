import type { Severity } from '../../../runtime/model/alert.ts'
import type { Reason } from '../../../runtime/model/verdict.ts'
import type { NameRecords } from '../../fixtures/internet/records.ts'
import type { Place } from './place.ts'

/** One technique, tried in the sandbox by `sh`, and judged at the far end and in the store. */
export interface Attack {
  /** Of docs/attacks.md. */
  readonly row: number
  readonly title: string
  /** One entry of `egress:` in the profile. */
  readonly egress?: (at: Place) => string
  /** `$KIT` is the folder of kit/. */
  readonly script: (at: Place) => string
  readonly denied: Denial
  /** Names and addresses in place of the place's own, where the technique is about those. */
  readonly zone?: (at: Place) => string
  readonly sinks?: (at: Place) => readonly string[]
  /** Where the host listens, in place of the place's own port. */
  readonly port?: number
  /** Records over the place's own. */
  readonly zones?: (at: Place) => Readonly<Record<string, NameRecords>>
  /** What shows, without the guard, that it got through. Absent: what is natural for the kind of row. */
  readonly proof?: Proof
  /** Without the guard it gets through by the host's own loopback or link: a recorder in a container has neither. */
  readonly byHost?: true
}

/** `host`: bytes at the host's own services. */
export type Proof = 'packets' | 'bytes' | 'queries' | 'host'

/** The row that must be there; exactly one alert for each reason, and none beside. */
export interface Denial {
  readonly in: 'dns' | 'flows' | 'drops'
  readonly reason: Reason
  /** Fields that the row must have. */
  readonly row?: (at: Place) => Readonly<Record<string, unknown>>
  /** Reasons of all alerts. Absent: the row's own. */
  readonly alerts?: readonly Reason[]
  readonly severity?: Severity
}
