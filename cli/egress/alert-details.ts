import { escapeText } from '../../runtime/model/text.ts'
import { provenanceText } from '../../runtime/policy/provenance-text.ts'
import type { AlertSummary } from '../../runtime/store/read/alerts.ts'
import { type DriftEvidence, driftEvidence, driftSentence } from '../drift-evidence.ts'
import { actorOf, foundText, type PayloadEvidence, payloadEvidence } from '../payload-evidence.ts'

/**
 * What an alert's row has no column for; null where the row says it all. Escaped. `sendEmail: phan@giftshop.club in
 * Bcc of POST api.postmarkapp.com/email; read through gzip; not in the call's arguments, …`
 */
export function alertDetails({ kind, evidence }: AlertSummary): string | null {
  const details = evidence.at(-1)?.details ?? {}
  // The first time that it was seen is what it is about.
  const drift = driftEvidence({ kind, evidence: evidence[0]?.details ?? {} })
  if (drift !== null) return driftText(drift)
  const request = payloadEvidence(details)
  const parts = [requestText(request)]
  if (kind === 'payload_destination') parts.push(encodingText(request), provenanceText(request.provenance))
  if (kind === 'background_traffic') parts.push('sent while no call was open')
  if (typeof details.problem === 'string') parts.push(escapeText(details.problem, 100))
  const said = parts.filter((part) => part !== null)
  return said.length === 0 ? null : said.join('; ')
}

function driftText(drift: DriftEvidence): string {
  const { difference, versions } = drift
  return [
    driftSentence(drift),
    ...(difference === null ? [] : [escapeText(difference, 512)]),
    ...(versions.length === 0 ? [] : [`before: ${versions.map((one) => escapeText(one, 120)).join(', ')}`]),
  ].join('; ')
}

function requestText(request: PayloadEvidence): string | null {
  const said = [actorOf(request), foundText(request)].filter((part) => part !== null && part !== '')
  return said.length === 0 ? null : said.join(': ')
}

function encodingText({ encoding }: PayloadEvidence): string | null {
  return encoding.length === 0
    ? null
    : `read through ${encoding.map((one) => escapeText(one, 40)).join(', ')}`
}
