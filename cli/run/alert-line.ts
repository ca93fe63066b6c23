import type { AlertEvent, AlertKind } from '../../runtime/model/alert.ts'
import type { FlowProtocol } from '../../runtime/model/flow.ts'
import { declareHint } from '../../runtime/policy/declare-hint.ts'
import { destinationText } from '../../runtime/policy/destination-text.ts'
import { payloadEvidence } from '../payload-evidence.ts'
import { alertSentence, because } from './alert-sentence.ts'

/** What a person and a client are told of a finding at once; every text in it still needs escaping. */
export interface AlertNotice {
  readonly server: string
  readonly kind: AlertKind
  readonly destination: string
  /** What a request names, where that is the finding. */
  readonly value: string | null
  /** The tool whose call it belongs to, where there is one alone. */
  readonly tool: string | null
  readonly reason: string
  /** The same in a sentence. */
  readonly because: string
  readonly action: string
  /** What would declare it: a command, or an entry in the profile's file; null where nothing helps. */
  readonly allow: string | null
  /** All of it in one sentence, the server and the advice aside. */
  readonly message: string
}

/** `profileFile`: the profile was given as this file, which `egress allow` does not touch. */
export function alertNotice(alert: AlertEvent, profileFile: string | null): AlertNotice {
  const { server, kind, destination, reason, action, evidence } = alert
  const { value, tool } = payloadEvidence(evidence)
  return {
    server,
    kind,
    destination: destinationText(destination),
    value,
    tool,
    reason,
    because: because(alert),
    action,
    allow: reason === 'declared' ? null : allowHint(alert, profileFile),
    message: alertSentence(alert),
  }
}

function allowHint(alert: AlertEvent, profileFile: string | null): string | null {
  const { server, phase, destination, reason, evidence } = alert
  return declareHint(server, destination, {
    phase,
    reason,
    // Evidence of a connection alone has it.
    ...(typeof evidence.protocol === 'string' && { protocol: evidence.protocol as FlowProtocol }),
    profileFile,
  })
}

export function alertLine({ server, message, allow }: AlertNotice): string {
  const help = allow === null ? '' : `; if the server needs it: ${allow}`
  return `alert: ${server}: ${message}${help}`
}
