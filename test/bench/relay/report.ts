import { type Aim, judge } from '../aim.ts'
import { byRound, difference, formatSpread, ratio, type Spread, spread } from '../statistics.ts'
import { textTable } from '../text-table.ts'
import { type RelayFigure, type RelayResult, STREAMS } from './relay.ts'

const STREAM_LABELS = {
  down1: '1 stream down',
  up1: '1 up',
  down50: '50 down',
  up50: '50 up',
} as const

export function reportRelay({ contenders, missing, rounds }: RelayResult): readonly string[] {
  const of = (name: string, figure: RelayFigure) => rounds.of(name, figure)
  const cell = (name: string, figure: RelayFigure, digits: number): string =>
    of(name, figure).length === 0 ? '' : formatSpread(rounds.spread(name, figure), digits)
  const added = (name: string, figure: 'p50' | 'p99') =>
    byRound(of(name, figure), of('direct', figure), difference)
  const addedCell = (name: string, figure: 'p50' | 'p99'): string =>
    name === 'direct' ? formatSpread(rounds.spread(name, figure), 2) : plus(spread(added(name, figure)))
  const connections = contenders.map(({ name, label }) => [
    label,
    cell(name, 'connections', 0),
    cell(name, 'cpuMsPerConnection', 3),
    addedCell(name, 'p50'),
    addedCell(name, 'p99'),
  ])
  const throughput = contenders.map(({ name, label }) => [
    label,
    ...STREAMS.map(({ figure }) => cell(name, figure, 2)),
    cell(name, 'cpuPerGib', 2),
  ])
  return [
    'Relay: a generator in the sandbox to a far server, both in C, in a small internet of this machine',
    '',
    textTable([
      ['connect to first byte', 'connections/s', 'CPU ms each', 'p50, ms', 'p99, ms'],
      ...connections,
    ]),
    '',
    textTable([['GiB/s', ...STREAMS.map(({ figure }) => STREAM_LABELS[figure]), 'CPU s/GiB'], ...throughput]),
    '',
    ...aims(of, added).map((aim) => judge(aim).line),
    ...missing.map((what) => `not there: ${what}`),
  ]
}

function plus({ median, min, max }: Spread): string {
  return `+${formatSpread({ median, min, max }, 2)}`
}

function aims(
  of: (name: string, figure: RelayFigure) => readonly number[],
  added: (name: string, figure: 'p50' | 'p99') => readonly number[],
): readonly Aim[] {
  const against = (figure: RelayFigure) => byRound(of('mcp-run', figure), of('squid', figure), ratio)
  return [
    {
      what: 'connections/s, of those of squid',
      bound: 'at least',
      limit: 0.9,
      reached: against('connections'),
    },
    {
      what: 'added p50, of that of squid',
      bound: 'at most',
      limit: 1,
      reached: byRound(added('mcp-run', 'p50'), added('squid', 'p50'), ratio),
    },
    ...STREAMS.map(
      ({ figure }): Aim => ({
        what: `throughput, ${STREAM_LABELS[figure]}, of that of squid`,
        bound: 'at least',
        limit: 0.9,
        reached: against(figure),
      }),
    ),
    { what: 'CPU per GiB, of that of squid', bound: 'at most', limit: 1, reached: against('cpuPerGib') },
  ]
}
