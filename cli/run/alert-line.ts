import type { AlertEvent } from '../../runtime/model/alert.ts'
import type { Destination } from '../../runtime/model/destination.ts'
import { declareHint } from '../../runtime/policy/declare-hint.ts'

/** What a person and a client are told of a finding at once; every text in it still needs escaping. */
export interface AlertNotice {
  readonly server: string
  readonly destination: string
  readonly reason: string
  readonly action: string
  /** The command that would declare it; null where none helps. */
  readonly allow: string | null
}

export function alertNotice(alert: AlertEvent): AlertNotice {
  const { server, destination, reason, action } = alert
  return {
    server,
    destination: destinationText(destination),
    reason,
    action,
    allow: declareHint(server, destination, { reason }),
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
