import { escapeText } from '../../runtime/model/text.ts'
import { type AlertSummary, byUrgency, readAlerts } from '../../runtime/store/read/alerts.ts'
import { chooseServers } from '../../runtime/store/read/servers.ts'
import { alertDetails } from './alert-details.ts'
import { type Colours, coloursFor } from './colours.ts'
import type { CommonOptions } from './common-options.ts'
import { type Column, layOut, wrap } from './layout.ts'
import { nothingRecorded } from './nothing-recorded.ts'
import { lineWidth, print } from './output.ts'
import { readHistories } from './read-histories.ts'
import { alertJson } from './report-json.ts'
import { safeJson } from './safe-json.ts'
import { isoTime, placeText, shortTime } from './words.ts'

export interface AlertsCommand extends CommonOptions {
  readonly server?: string
  readonly format: 'table' | 'json'
}

/** Under the second column. */
const INDENT = ' '.repeat('SEVERITY'.length + 2)

const COLUMNS: readonly Column[] = [
  { title: 'SEVERITY' },
  { title: 'SERVER' },
  { title: 'DESTINATION', flexible: true },
  { title: 'REASON' },
  { title: '' },
  { title: 'COUNT', align: 'right' },
  { title: 'LAST SEEN' },
]

/** `egress alerts`: the most severe first. */
export async function alerts({ store, now, server, format }: AlertsCommand): Promise<number> {
  const found: AlertSummary[] = []
  const servers = chooseServers(store, server)
  const code = readHistories(servers, now, (history) => {
    found.push(...readAlerts(history.db, history.server, 0))
  })
  found.sort(byUrgency)
  if (format === 'json') {
    await print(`${safeJson({ generatedAt: isoTime(now), store, alerts: found.map(alertJson) }, 2)}\n`)
  } else if (found.length > 0) {
    const colours = coloursFor(process.stdout, process.env)
    await print(alertsTable(found, { now, width: lineWidth(), colours }))
  } else if (code === 0) await print(servers.length === 0 ? nothingRecorded(store) : 'No alerts.\n')
  return code
}

/** A row an alert, and below it what a person needs to judge a request. All text in it is escaped. */
export function alertsTable(
  found: readonly AlertSummary[],
  { now, width, colours }: { now: number; width: number; colours: Colours },
): string {
  const { header, lines } = layOut(
    COLUMNS,
    found.map((alert) => cells(alert, now)),
    { width },
  )
  const rows = found.flatMap((alert, index) => {
    const row = lines[index] ?? ''
    const details = alertDetails(alert)
    const below = details === null ? [] : wrap(details, { width, indent: INDENT })
    return [alert.severity === 'high' ? colours.red(row) : row, ...below.map((line) => colours.dim(line))]
  })
  const foot = 'Times are UTC. Evidence: egress alerts --format json'
  return [colours.dim(header), ...rows, foot, ''].join('\n')
}

/** Of findings that belong to no connection. */
const STDIO = { tools: '(its tools)', rest: '(several)' } as const

function cells(alert: AlertSummary, now: number): string[] {
  const { severity, server, destination, kind, reason, action, count, lastSeen } = alert
  const addresses = destination.address === null ? [] : [destination.address]
  const protocol = kind === 'undeclared_dns' ? 'dns' : ''
  return [
    severity,
    escapeText(server, 40),
    destination.transport === 'stdio'
      ? STDIO[kind === 'drift' ? 'rest' : 'tools']
      : placeText({ ...destination, addresses, protocol }),
    reason,
    action,
    String(count),
    shortTime(lastSeen, now),
  ]
}
