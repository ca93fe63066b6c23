import type { AlertEvent } from '../../runtime/model/alert.ts'
import type { Destination } from '../../runtime/model/destination.ts'
import { declareHint } from '../../runtime/policy/declare-hint.ts'

/** What a person and a client are told of a finding at once; every text in it still needs escaping. */
export interface AlertNotice {
  readonly server: string
  readonly destination: string
  readonly reason: string
  readonly action: string
  /** What would declare it: a command, or an entry in the profile's file; null where nothing helps. */
  readonly allow: string | null
}

/** `profileFile`: the profile was given as this file, which `egress allow` does not touch. */
export function alertNotice(alert: AlertEvent, profileFile: string | null): AlertNotice {
  const { server, destination, reason, action } = alert
  return {
    server,
    destination: destinationText(destination),
    reason,
    action,
    allow: inFile(declareHint(server, destination, { reason }), server, profileFile),
  }
}

export function alertLine({ server, destination, reason, action, allow }: AlertNotice): string {
  const help = allow === null ? '' : `; if the server needs it: ${allow}`
  return `alert: ${server}: ${destination}: ${reason}, ${action}${help}`
}

function destinationText({ name, address, port, transport, nameSource }: Destination): string {
  if (nameSource === 'dns_query') return `DNS name ${name}`
  const host = name ?? (address?.includes(':') ? `[${address}]` : address) ?? 'unknown'
  const where = port === 0 ? host : `${host}:${port}`
  const at = name === null || address === null ? '' : ` (${address})`
  return transport === 'tcp' ? `${where}${at}` : `${where}/${transport}${at}`
}

function inFile(hint: string | null, server: string, file: string | null): string | null {
  if (hint === null || file === null) return hint
  return `add ${hint.replace(`egress allow ${server} `, '')} to egress in ${file}`
}
