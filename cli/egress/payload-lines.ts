import { escapeText } from '../../runtime/model/text.ts'
import type { AlertSummary } from '../../runtime/store/read/alerts.ts'
import {
  actorOf,
  fieldText,
  type PayloadEvidence,
  payloadEvidence,
  requestPlace,
} from '../payload-evidence.ts'
import type { Colours } from './colours.ts'
import { type Column, endCut, layOut } from './layout.ts'
import { shortTime } from './words.ts'

const COLUMNS: readonly Column[] = [
  { title: 'SEVERITY' },
  { title: 'PAYLOAD DESTINATION', flexible: true },
  { title: 'COUNT', align: 'right' },
  { title: '' },
  { title: 'LAST SEEN' },
]

const INDENT = '  '
/** Under the second column. */
const BELOW = ' '.repeat(INDENT.length + 'SEVERITY'.length + 2)
const MAX_SHOWN = 20

/** A block of the report: destinations inside requests that nothing explains, the most severe first; each two lines. */
export function payloadLines(
  alerts: readonly AlertSummary[],
  { now, width, colours }: { now: number; width: number; colours: Colours },
): string[] {
  const found = alerts.filter(({ kind }) => kind === 'payload_destination')
  if (found.length === 0) return []
  const shown = found.slice(0, MAX_SHOWN)
  const { header, lines } = layOut(
    COLUMNS,
    shown.map((alert) => cells(alert, now)),
    { width, indent: INDENT },
  )
  const entries = shown.flatMap((alert, index) => {
    const paint = colourOf(alert, colours)
    return [paint(lines[index] ?? ''), paint(endCut(`${BELOW}${whereText(latest(alert))}`, width))]
  })
  const more = found.length - shown.length
  const rest = more > 0 ? [`${BELOW}and ${more} more: egress alerts`] : []
  return [colours.dim(header), ...entries, ...rest]
}

function cells(alert: AlertSummary, now: number): string[] {
  const { severity, action, count, lastSeen } = alert
  const sent = action === 'allowed' ? 'sent' : 'blocked'
  return [severity, valueText(alert), String(count), sent, shortTime(lastSeen, now)]
}

/** What stands in the request; a name of our own where there is none, or too many to tell apart. Escaped. */
function valueText(alert: AlertSummary): string {
  if (alert.destination.name === '*') return '*'
  return escapeText(latest(alert).value ?? '(a request that could not be read)', 260)
}

/** `Bcc, sendEmail -> POST api.postmarkapp.com/email`. Escaped. */
function whereText(evidence: PayloadEvidence): string {
  const parts = [fieldText(evidence.field), actorOf(evidence) ?? ''].filter((part) => part !== '')
  return `${parts.join(', ')} -> ${requestPlace(evidence)}`
}

function latest({ evidence }: AlertSummary): PayloadEvidence {
  return payloadEvidence(evidence.at(-1)?.details ?? {})
}

function colourOf({ action, severity }: AlertSummary, colours: Colours): (text: string) => string {
  if (severity !== 'high') return (text) => text
  return action === 'allowed' ? colours.red : colours.yellow
}
