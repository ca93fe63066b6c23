import { type Aim, judge } from '../aim.ts'
import { byRound, difference, formatSpread, ratio, spread } from '../statistics.ts'
import { textTable } from '../text-table.ts'
import { type InspectionFigure, type InspectionResult, LOADS } from './inspection.ts'

export function reportInspection({ contenders, missing, rounds }: InspectionResult): readonly string[] {
  const of = (name: string, figure: InspectionFigure) => rounds.of(name, figure)
  const cell = (name: string, figure: InspectionFigure, digits: number): string =>
    of(name, figure).length === 0 ? '' : formatSpread(rounds.spread(name, figure), digits)
  const added = (name: string, figure: InspectionFigure): string =>
    name === 'direct'
      ? cell(name, figure, 2)
      : `+${formatSpread(spread(byRound(of(name, figure), of('direct', figure), difference)), 2)}`
  const keepAlive = LOADS.flatMap(({ inFlight }) => [
    '',
    textTable([
      [`${inFlight} in flight`, 'requests/s', 'p50, ms', 'p99, ms', ...(inFlight > 1 ? ['CPU ms each'] : [])],
      ...contenders.map(({ name, label }) => [
        label,
        cell(name, `requests${inFlight}`, 0),
        added(name, `p50-${inFlight}`),
        added(name, `p99-${inFlight}`),
        ...(inFlight > 1 ? [cell(name, 'cpuMs', 3)] : []),
      ]),
    ]),
  ])
  return [
    'Inspection: POSTs of 2 KB of JSON over TLS to a far server, the TLS ended on the way, in a small internet of this machine',
    ...keepAlive,
    '',
    textTable([
      ['first contact, ms', 'a known name', 'a new name'],
      ...contenders.map(({ name, label }) => [label, cell(name, 'known', 2), cell(name, 'new', 2)]),
    ]),
    '',
    ...aims(of).map((aim) => judge(aim).line),
    ...missing.map((what) => `not there: ${what}`),
  ]
}

function aims(of: (name: string, figure: InspectionFigure) => readonly number[]): readonly Aim[] {
  const against = (peer: string, figure: InspectionFigure) =>
    byRound(of('mcp-run', figure), of(peer, figure), ratio)
  const faster = (peer: string, limit: number): Aim => ({
    what: `requests/s at 32 in flight, of those of ${peer}`,
    bound: 'at least',
    limit,
    reached: against(peer, 'requests32'),
  })
  return [
    faster('mockttp', 2.5),
    faster('mitmdump', 6),
    faster('squid', 0.6),
    {
      what: 'first contact with a known name, of that of squid',
      bound: 'at most',
      limit: 0.35,
      reached: against('squid', 'known'),
    },
  ]
}
