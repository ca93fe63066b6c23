import type { JournalEntry } from '../../model/journal.ts'
import type { EgressRule } from '../../model/profile.ts'
import type { Phase } from '../../model/session.ts'
import type { UpstreamProxy } from '../../model/upstream-proxy.ts'
import type { Mode } from '../../model/verdict.ts'
import type { InspectionOptions } from '../inspect/inspection.ts'

/** What a recorder in a container needs to know of the session. */
export interface RemoteStart {
  readonly server: string
  readonly session: string
  readonly phase: Phase
  readonly mode: Mode
  readonly profileFile: string | null
  readonly egress: readonly EgressRule[]
  readonly hostname: string
  readonly upstreamProxy: UpstreamProxy | null
  /** There is a conversation, and mcp-run answers for it. */
  readonly heard: boolean
  readonly alertBackground: boolean
  /** With the session's private key, which is in memory alone. Null: no requests are read. */
  readonly inspection: InspectionOptions | null
}

/** mcp-run to its recorder elsewhere. */
export type ToRecorder =
  | { readonly kind: 'start'; readonly start: RemoteStart }
  /** The entries of the write with this number are in the store. */
  | { readonly kind: 'committed'; readonly id: number }
  /** They are not, and nothing is to leave any more. */
  | { readonly kind: 'rejected'; readonly id: number; readonly message: string }
  | { readonly kind: 'close'; readonly cause: string }

/** The recorder to mcp-run. */
export type FromRecorder =
  | { readonly kind: 'write'; readonly id: number; readonly entries: readonly JournalEntry[] }
  /** All that happened is recorded. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'broken'; readonly message: string }

/**
 * A connection that begins on one side of the channel and is made on the other: to a port of the loopback of
 * mcp-run's own machine, or of the sandbox's. Both ways; `stream` names it, by the side that asked.
 */
export type StreamMessage =
  | { readonly kind: 'stream-dial'; readonly stream: string; readonly port: number }
  /** `code`: null for a connection, else why there is none. */
  | { readonly kind: 'stream-dialled'; readonly stream: string; readonly code: string | null }
  | StreamData

export type StreamData =
  /** Base64. */
  | { readonly kind: 'stream-data'; readonly stream: string; readonly data: string }
  | { readonly kind: 'stream-end'; readonly stream: string }
  | { readonly kind: 'stream-reset'; readonly stream: string }
  /** So many bytes were taken: as many more may be sent. */
  | { readonly kind: 'stream-taken'; readonly stream: string; readonly bytes: number }
