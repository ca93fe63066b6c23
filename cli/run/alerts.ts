import type { AlertEvent } from '../../runtime/model/alert.ts'
import { type AlertNotice, alertLine, alertNotice } from './alert-line.ts'

/** Beyond these, stderr says only where the rest is. */
const MAX_LINES = 100

/** Of what is new in a version: an upgrade may bring much. */
const MAX_DRIFT = 8

/** Each finding of a session is told once; the store counts the rest. */
export function tellOnce(
  say: (line: string) => void,
  notify: (notice: AlertNotice) => void,
  profileFile: string | null,
): (alert: AlertEvent) => void {
  const told = new Set<string>()
  let drifts = 0
  return (alert) => {
    if (isDrift(alert)) {
      if (!isWorthALine(alert) || ++drifts > MAX_DRIFT + 1) return
      if (drifts > MAX_DRIFT) return say(`more that is new: see egress drift --server ${alert.server}`)
    }
    // What was stopped once and got through later is news.
    const once = `${alert.key} ${alert.action}`
    if (told.has(once) || told.size > MAX_LINES) return
    told.add(once)
    if (told.size > MAX_LINES) {
      say(`more findings than ${MAX_LINES}: see egress alerts --server ${alert.server}`)
      return
    }
    const notice = alertNotice(alert, profileFile)
    say(alertLine(notice))
    notify(notice)
  }
}

function isDrift({ kind }: AlertEvent): boolean {
  return kind === 'drift' || kind === 'tool_drift'
}

/** What is new in small ways is for those who look; an undeclared host has an alert of its own. */
function isWorthALine({ severity, evidence }: AlertEvent): boolean {
  return severity === 'high' || (severity === 'medium' && evidence.declaration !== 'undeclared')
}
