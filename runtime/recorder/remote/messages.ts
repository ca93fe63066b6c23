import type { JournalEntry } from '../../model/journal.ts'
import type { EgressRule } from '../../model/profile.ts'
import type { Phase } from '../../model/session.ts'
import type { Mode } from '../../model/verdict.ts'

/** What a recorder in a container needs to know of the session. */
export interface RemoteStart {
  readonly server: string
  readonly session: string
  readonly phase: Phase
  readonly mode: Mode
  readonly egress: readonly EgressRule[]
  readonly hostname: string
}

/** mcp-run to its recorder elsewhere. */
export type ToRecorder =
  | { readonly kind: 'start'; readonly start: RemoteStart }
  /** The entries of the write with this number are in the store. */
  | { readonly kind: 'committed'; readonly id: number }
  /** They are not, and nothing is to leave any more. */
  | { readonly kind: 'rejected'; readonly id: number; readonly message: string }
  | { readonly kind: 'close'; readonly cause: string }
  | LoopbackAnswer

/** The recorder to mcp-run. */
export type FromRecorder =
  | { readonly kind: 'write'; readonly id: number; readonly entries: readonly JournalEntry[] }
  /** All that happened is recorded. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'broken'; readonly message: string }
  | LoopbackRequest

/** A connection to a port of the loopback of mcp-run's own machine, carried over the channel; data is base64. */
export type LoopbackRequest =
  | { readonly kind: 'loopback-dial'; readonly stream: number; readonly port: number }
  | LoopbackData

export type LoopbackAnswer =
  /** `code`: null for a connection, else why there is none. */
  { readonly kind: 'loopback-dialled'; readonly stream: number; readonly code: string | null } | LoopbackData

export type LoopbackData =
  | { readonly kind: 'loopback-data'; readonly stream: number; readonly data: string }
  | { readonly kind: 'loopback-end'; readonly stream: number }
  | { readonly kind: 'loopback-reset'; readonly stream: number }
  /** So many bytes were taken: as many more may be sent. */
  | { readonly kind: 'loopback-taken'; readonly stream: number; readonly bytes: number }
