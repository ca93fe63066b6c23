import type { AlertEvent } from '../../runtime/model/alert.ts'
import type { FlowProtocol } from '../../runtime/model/flow.ts'
import { declareHint } from '../../runtime/policy/declare-hint.ts'
import { destinationText } from '../../runtime/policy/destination-text.ts'
import { reasonText } from '../../runtime/policy/reason-text.ts'

/** What a person and a client are told of a finding at once; every text in it still needs escaping. */
export interface AlertNotice {
  readonly server: string
  readonly destination: string
  readonly reason: string
  /** The same in a sentence. */
  readonly because: string
  readonly action: string
  /** What would declare it: a command, or an entry in the profile's file; null where nothing helps. */
  readonly allow: string | null
}

/** `profileFile`: the profile was given as this file, which `egress allow` does not touch. */
export function alertNotice(alert: AlertEvent, profileFile: string | null): AlertNotice {
  const { server, phase, destination, reason, action, evidence } = alert
  return {
    server,
    destination: destinationText(destination),
    reason,
    because: reasonText(reason),
    action,
    allow: declareHint(server, destination, {
      phase,
      reason,
      // Evidence of a connection alone has it.
      ...(typeof evidence.protocol === 'string' && { protocol: evidence.protocol as FlowProtocol }),
      profileFile,
    }),
  }
}

export function alertLine({ server, destination, reason, because, action, allow }: AlertNotice): string {
  const help = allow === null ? '' : `; if the server needs it: ${allow}`
  return `alert: ${server}: ${destination}: ${reason}, ${action}: ${because}${help}`
}
