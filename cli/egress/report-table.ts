import { escapeText } from '../../runtime/model/text.ts'
import type { AlertSummary } from '../../runtime/store/read/alerts.ts'
import type { DestinationSummary } from '../../runtime/store/read/destinations.ts'
import type { GapSummary } from '../../runtime/store/read/gaps.ts'
import type { Report, ServerReport } from '../../runtime/store/read/report.ts'
import type { Run } from '../../runtime/store/read/runs.ts'
import type { Colours } from './colours.ts'
import { type Column, columnWidths, layOut } from './layout.ts'
import { explainMarks, markOf } from './marks.ts'
import { payloadLines } from './payload-lines.ts'
import { toolLines } from './tool-lines.ts'
import { placeText, shortBytes, shortTime } from './words.ts'

export interface TableOptions {
  readonly width: number
  readonly colours: Colours
  /** The first UTC day of the report, as milliseconds, where one was asked for. */
  readonly since: number | null
}

const INDENT = '  '

const COLUMNS: readonly Column[] = [
  { title: 'UNDECLARED' },
  { title: 'DESTINATION', flexible: true },
  { title: 'REASON' },
  { title: 'FLOWS', align: 'right' },
  { title: 'SENT', align: 'right' },
  { title: 'RECV', align: 'right' },
  { title: 'LAST SEEN' },
]

/** The report for a person: a block a server, undeclared destinations first. All text in it is escaped. */
export function reportTable(report: Report, options: TableOptions): string {
  const head =
    options.since === null
      ? []
      : [`since ${new Date(options.since).toISOString().slice(0, 10)}: whole UTC days`, '']
  const servers = report.servers.flatMap((server) => {
    const alerts = report.alerts.filter((alert) => alert.server === server.server)
    return [...serverBlock(server, alerts, report.generatedAt, options), '']
  })
  return [...head, ...servers, ...foot(report)].map((line) => `${line}\n`).join('')
}

function serverBlock(
  report: ServerReport,
  alerts: readonly AlertSummary[],
  now: number,
  options: TableOptions,
): string[] {
  const { colours, width } = options
  return [
    colours.bold(escapeText(report.server)),
    ...report.runs.flatMap(runLines),
    ...report.gaps.map((gap) => colours.yellow(gapLine(gap, now))),
    ...destinationLines(report.destinations, now, options),
    ...payloadLines(alerts, { now, width, colours }),
  ]
}

function destinationLines(
  destinations: readonly DestinationSummary[],
  now: number,
  { width, colours }: TableOptions,
): string[] {
  if (destinations.length === 0) return [`${INDENT}no destinations`]
  const all = destinations.map((destination) => ({ destination, cells: cells(destination, now) }))
  const widths = columnWidths(
    COLUMNS,
    all.map((each) => each.cells),
    width - INDENT.length,
  )
  return (['undeclared', 'declared'] as const).flatMap((declaration) => {
    const those = all.filter(({ destination }) => destination.declaration === declaration)
    if (those.length === 0) return []
    const columns = COLUMNS.map((column, index) => ({ ...column, width: widths[index] ?? 0 }))
    columns[0] = { title: declaration.toUpperCase(), width: widths[0] ?? 0 }
    const { header, lines } = layOut(
      columns,
      those.map((each) => each.cells),
      { width, indent: INDENT },
    )
    const indent = ' '.repeat(INDENT.length + (widths[0] ?? 0) + 4)
    const rows = those.flatMap(({ destination }, index) => [
      colourOf(destination, colours)(lines[index] ?? ''),
      ...toolLines(destination.tools, { indent, width, colours }),
    ])
    return [colours.dim(header), ...rows]
  })
}

function cells(destination: DestinationSummary, now: number): string[] {
  const { action, inspection, phase, reason, flows, bytesSent, bytesReceived, lastSeen } = destination
  return [
    `${action}${markOf(inspection)}`,
    `${placeText(destination)}${phase === 'install' ? ' (install)' : ''}`,
    reason,
    String(flows),
    shortBytes(bytesSent),
    shortBytes(bytesReceived),
    shortTime(lastSeen, now),
  ]
}

function colourOf(destination: DestinationSummary, colours: Colours): (text: string) => string {
  if (destination.declaration === 'undeclared')
    return destination.action === 'allowed' ? colours.red : colours.yellow
  return (text) => text
}

function runLines({ mode, sandbox, profileDigest, sessions, notEnforced }: Run): string[] {
  const digest = escapeText(profileDigest).slice(0, 19)
  const count = `${sessions} ${sessions === 1 ? 'session' : 'sessions'}`
  const missing = notEnforced.map((sentence) => `    not enforced: ${escapeText(sentence)}`)
  return [`  ${count}: ${mode}, ${escapeText(sandbox)}, profile ${digest}`, ...missing]
}

function gapLine({ kind, count, lastSeen }: GapSummary, now: number): string {
  return `  gap: ${kind}, ${count} (${shortTime(lastSeen, now)})`
}

function foot(report: Report): string[] {
  const all = report.servers.flatMap(({ destinations }) => destinations)
  const alerts = report.alerts.length
  return [
    ...explainMarks(all.map(({ inspection }) => inspection)),
    ...(alerts > 0 ? [`${alerts} ${alerts === 1 ? 'alert' : 'alerts'}: egress alerts`] : []),
    'Times are UTC.',
  ]
}
