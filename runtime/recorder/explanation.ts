import { basename } from 'node:path'
import type { FlowRecord } from '../model/flow.ts'
import { escapeText } from '../model/text.ts'
import type { Reason } from '../model/verdict.ts'
import { declareHint } from '../policy/declare-hint.ts'
import { destinationText } from '../policy/destination-text.ts'
import { reasonText } from '../policy/reason-text.ts'
import type { RecorderContext } from './context.ts'

/** Why a connection goes nowhere, as its client is told where its protocol has words for it. */
export interface Explanation {
  /** The row's reason; `unreachable` where it was allowed. */
  readonly reason: Reason | 'unreachable'
  /** The fault lies with the destination or the way to it, not with a declaration. */
  readonly outage: boolean
  /** Our words, canonical names, addresses and ports: nothing as the server sent it. */
  readonly lines: readonly string[]
}

export function explainDenial({ server, profileFile }: RecorderContext, flow: FlowRecord): Explanation {
  const { reason, protocol, phase } = flow
  // Where the profile lies on the host is not for the server to know.
  const file = profileFile === null ? null : escapeText(basename(profileFile), 100)
  const hint = declareHint(server, flow, { reason, protocol, phase, profileFile: file })
  const help = hint === null ? [] : [`if the server needs it: ${hint}`]
  const where = `${destinationText(flow)}: ${reasonText(reason)}`
  return {
    reason,
    outage: reason === 'unresolved',
    lines: [`mcp-run denied this request: ${reason}`, where, ...help],
  }
}

/** `cause` as in the flow's row. */
export function explainOutage(flow: FlowRecord, cause: string): Explanation {
  const lines = [`mcp-run could not reach ${destinationText(flow)}: ${cause}`]
  return { reason: 'unreachable', outage: true, lines }
}

/** A request inside a connection that goes on. */
export function explainRequest(flow: FlowRecord, reason: Reason): Explanation {
  const lines = [`mcp-run denied this request: ${reason}`, `${destinationText(flow)}: ${reasonText(reason)}`]
  return { reason, outage: false, lines }
}

/** `problem`: OpenSSL's word for it. */
export function explainCertificate(flow: FlowRecord, problem: string): Explanation {
  const reason = 'upstream-certificate'
  const where = `${destinationText(flow)}: ${reasonText(reason)} (${escapeText(problem, 100)})`
  return { reason, outage: true, lines: [`mcp-run denied this request: ${reason}`, where] }
}
