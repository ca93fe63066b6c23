import type { Mode } from './verdict.ts'

export type Phase = 'install' | 'run'

/** One run of one server (or of the package client that installs it). Times are milliseconds since 1970, UTC. */
export interface SessionRecord {
  readonly id: string
  readonly server: string
  readonly phase: Phase
  readonly startedAt: number
  readonly mode: Mode
  /** `native`, `docker`. */
  readonly sandbox: string
  readonly profileDigest: string
  /** Sentences for a person: what this run could not enforce. */
  readonly notEnforced: readonly string[]
  /** `name@version` where a package is run. */
  readonly package: string | null
  readonly packageIntegrity: string | null
  /** The recorder's process: its id, and its start time in clock ticks since boot, so that a later reader can tell a dead recorder. */
  readonly pid: number
  readonly pidStart: number
  readonly bootId: string
}

export type SessionEnd =
  /** The server ended, or the client closed it. */
  | 'exited'
  | 'signalled'
  /** mcp-run ended it: the store or the recorder failed. */
  | 'failed'
  /** Found later: the recorder died without a word. */
  | 'recorder-lost'
