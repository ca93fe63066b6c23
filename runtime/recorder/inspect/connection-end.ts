import { denied, type Reason, type Verdict } from '../../model/verdict.ts'
import type { RelayEnd } from '../relay.ts'

/** When a connection is over: its client's side is closed, and the end of each of its requests is written. */
export interface ConnectionEnd {
  readonly ended: Promise<RelayEnd>
  /** The first cause is the one that counts. */
  cut(cause: string): void
  /** The client's side broke: with no request under way it is over, and only did not say so. */
  left(cause: string): void
  /** Cut for what could only be told by now. */
  deny(reason: Reason): void
  /** For an end that nobody cut. */
  orderly(cause: string): void
  /** Something of a request was not read. */
  partial(): void
  closed(): void
  requestBegins(): void
  requestEnded(): void
  /** Requests under way. */
  readonly open: number
}

export function connectionEnd(): ConnectionEnd {
  let cause: string | null = null
  let inOrder = 'both sides closed'
  let partial = false
  let verdict: Verdict | null = null
  let closed = false
  let open = 0
  let resolve: (end: RelayEnd) => void
  const ended = new Promise<RelayEnd>((done) => {
    resolve = done
  })
  const settle = (): void => {
    if (!closed || open > 0) return
    const inspection = partial ? ({ inspection: 'partial' } as const) : {}
    if (cause === null) resolve({ state: 'closed', cause: inOrder, ...inspection })
    else resolve({ state: 'aborted', cause, ...inspection, ...(verdict !== null && { verdict }) })
  }
  return {
    ended,
    cut: (because) => {
      cause ??= because
    },
    left: (because) => {
      if (open === 0) inOrder = because
      else cause ??= because
    },
    deny: (reason) => {
      cause ??= reason
      verdict ??= denied(reason)
    },
    orderly: (because) => {
      inOrder = because
    },
    partial: () => {
      partial = true
    },
    closed: () => {
      closed = true
      settle()
    },
    requestBegins: () => {
      open++
    },
    requestEnded: () => {
      open--
      settle()
    },
    get open() {
      return open
    },
  }
}
