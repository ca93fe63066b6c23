import type { AlertEvent } from '../../runtime/model/alert.ts'
import { escapeText } from '../../runtime/model/text.ts'
import { destinationText } from '../../runtime/policy/destination-text.ts'
import { provenanceText } from '../../runtime/policy/provenance-text.ts'
import { reasonText } from '../../runtime/policy/reason-text.ts'
import { UNGIVEN_CREDENTIAL } from '../../runtime/policy/request-alerts.ts'
import { driftEvidence, driftSentence } from '../drift-evidence.ts'
import { fieldText, type PayloadEvidence, payloadEvidence, requestPlace } from '../payload-evidence.ts'

/** What happened, in one sentence of ours; what it quotes is cut, and may still need escaping. */
export function alertSentence(alert: AlertEvent): string {
  const { kind, destination, reason, action, evidence } = alert
  const drift = driftEvidence(alert)
  if (drift !== null) return driftSentence(drift)
  const request = payloadEvidence(evidence)
  if (kind === 'payload_destination') return payloadSentence(alert, request)
  const where = destinationText(destination)
  const outcome = action === 'denied' ? 'stopped' : 'let through'
  if (kind === 'background_traffic') return `${where}: contacted while no call was open; ${outcome}`
  const details = detailsOf(request, evidence)
  return `${where}: ${reason}, ${action}: ${reasonText(reason)}${details}`
}

/** Why it counts as a finding. */
export function because({ kind, reason, evidence }: AlertEvent): string {
  if (kind === 'background_traffic') return 'contacted while no call was open'
  return provenanceText(payloadEvidence(evidence).provenance) ?? reasonText(reason)
}

function payloadSentence(alert: AlertEvent, request: PayloadEvidence): string {
  const outcome = alert.action === 'denied' ? 'stopped' : 'sent'
  const place = [fieldText(request.field), requestPlace(request)].filter((part) => part !== '').join(', ')
  return `${actor(request)} ${deed(request.value)} (${place}): ${because(alert)}; ${outcome}`
}

function deed(value: string | null): string {
  if (value === null) return 'made a request'
  if (value === UNGIVEN_CREDENTIAL) return 'used a credential that was not given'
  return `tried to send to ${escapeText(value, 260)}`
}

function actor({ tool, attribution }: PayloadEvidence): string {
  if (tool !== null) return escapeText(tool, 64)
  if (attribution === 'ambiguous') return 'one of several calls'
  return attribution === 'background' ? 'the server, while no call was open,' : 'the server'
}

/** ` (DELETE api.example.com/servers)`, ` (CERT_HAS_EXPIRED)`; empty for a connection's own findings. */
function detailsOf(request: PayloadEvidence, { problem }: AlertEvent['evidence']): string {
  const tool = request.tool === null ? '' : escapeText(request.tool, 64)
  const what = typeof problem === 'string' ? escapeText(problem, 100) : requestPlace(request)
  const said = [tool, what].filter((part) => part !== '')
  return said.length === 0 ? '' : ` (${said.join(', ')})`
}
