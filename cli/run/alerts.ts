import type { AlertEvent } from '../../runtime/model/alert.ts'
import { type AlertNotice, alertLine, alertNotice } from './alert-line.ts'

/** Beyond these, stderr says only where the rest is. */
const MAX_LINES = 100

/** Each finding of a session is told once; the store counts the rest. */
export function tellOnce(
  say: (line: string) => void,
  notify: (notice: AlertNotice) => void,
  profileFile: string | null,
): (alert: AlertEvent) => void {
  const told = new Set<string>()
  return (alert) => {
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
