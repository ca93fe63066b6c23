import type { AlertEvent } from './alert.ts'
import type { Destination } from './destination.ts'
import type {
  DnsAnswer,
  DnsRecord,
  FlowCounts,
  FlowRecord,
  FlowState,
  HttpRequestEnd,
  HttpRequestRecord,
  Inspection,
} from './flow.ts'
import type { Phase, SessionEnd, SessionRecord } from './session.ts'
import type { RequestFields, Trait } from './traits.ts'
import type { Verdict } from './verdict.ts'

/** Packets that the kernel dropped for one destination since the last entry for it. */
export interface DropRecord extends Destination, Verdict {
  readonly session: string
  readonly phase: Phase
  readonly at: number
  readonly packets: number
  readonly bytes: number
}

/** Something that the history does not hold, and how much of it. */
export interface GapRecord {
  readonly session: string
  readonly at: number
  readonly kind: GapKind
  readonly count: number
}

export type GapKind =
  /** Dropped packets that were counted, but whose destination is not known. */
  | 'drop-detail'
  /** Connections refused for lack of room, whose destination was not recorded one by one. */
  | 'flow-limit'
  /** DNS queries refused for lack of room. */
  | 'dns-limit'
  /** Values that the server was given, forgotten for lack of room: what names one of them is flagged. */
  | 'forgotten-values'
  /** Rows that were not kept one by one, since there were too many of their kind; the report's sums hold them. */
  | 'folded'
  /** The recorder died; open flows may have moved more bytes than were counted. */
  | 'recorder-lost'

export type JournalEntry =
  | { readonly kind: 'session-opened'; readonly session: SessionRecord }
  | {
      readonly kind: 'session-closed'
      readonly session: string
      readonly at: number
      readonly end: SessionEnd
      /** The server's exit code, or null when a signal ended it. */
      readonly exitCode: number | null
      readonly signal: string | null
    }
  | { readonly kind: 'flow-opened'; readonly flow: FlowRecord }
  /** Counts are totals since the flow began, never less than before. */
  | { readonly kind: 'flow-progress'; readonly flow: string; readonly counts: FlowCounts }
  | {
      readonly kind: 'flow-closed'
      readonly flow: string
      readonly at: number
      readonly state: FlowState
      /** One sentence fragment for a person: `server closed`, `reset by destination`, … */
      readonly cause: string
      readonly counts: FlowCounts
      /** The address that was dialled, where it differs from the one that the server picked; a proxy as `host:port`. */
      readonly dialled: string | null
      /** Where it is not what the flow began with: a client that did not trust this session's authority. */
      readonly inspection?: Inspection
      /** Where it is not what the flow began with: what could only be told once the connection was there. */
      readonly verdict?: Verdict
    }
  | { readonly kind: 'dns-query'; readonly query: DnsRecord }
  | { readonly kind: 'dns-answered'; readonly query: string; readonly answer: DnsAnswer }
  | { readonly kind: 'http-request'; readonly request: HttpRequestRecord }
  | { readonly kind: 'http-ended'; readonly end: HttpRequestEnd }
  /** Not kept itself: its traits are. */
  | { readonly kind: 'http-fields'; readonly fields: RequestFields }
  /** Once a session for each trait. */
  | { readonly kind: 'trait'; readonly session: string; readonly at: number; readonly trait: Trait }
  | { readonly kind: 'drop'; readonly drop: DropRecord }
  | { readonly kind: 'gap'; readonly gap: GapRecord }
  | { readonly kind: 'alert'; readonly alert: AlertEvent }

/**
 * The recorder's write-ahead port. The entries of one call are committed in one transaction, in order, and
 * the promise resolves when they are: what they describe may leave only then. It rejects with a
 * `store-failed` error, and then every later call rejects too: nothing leaves any more.
 */
export interface Journal {
  write(...entries: readonly JournalEntry[]): Promise<void>
  /** Writes what is pending and closes the store. */
  close(): Promise<void>
}
