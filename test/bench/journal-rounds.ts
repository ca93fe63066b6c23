import { type Aim, judge } from './aim.ts'
import { benchJournal } from './journal.ts'
import { Rounds } from './rounds.ts'
import { formatSpread } from './statistics.ts'
import { textTable } from './text-table.ts'

const SECONDS = 1.5
const FIGURES = ['writesPerSecond', 'p50', 'p999', 'max'] as const

/** Commits of the journal in a fresh file each round, with one and with 64 writes waiting. */
export async function reportJournal(options: {
  readonly workerPath: string
  readonly rounds: number
}): Promise<readonly string[]> {
  const rounds = new Rounds<(typeof FIGURES)[number]>()
  const loads = new Set<string>()
  for (let round = 0; round < options.rounds; round++) {
    for (const figures of await benchJournal({ workerPath: options.workerPath, seconds: SECONDS })) {
      const load = `${figures.what}, ${figures.inFlight} in flight`
      loads.add(load)
      for (const figure of FIGURES) rounds.add(load, figure, figures[figure])
    }
  }
  const rows = [...loads].map((load) => [
    load,
    formatSpread(rounds.spread(load, 'writesPerSecond')),
    formatSpread(rounds.spread(load, 'p50'), 3),
    formatSpread(rounds.spread(load, 'p999'), 2),
    formatSpread(rounds.spread(load, 'max'), 1),
  ])
  const aims = [...loads].map(
    (load): Aim => ({
      what: `commit p99.9, ${load}`,
      bound: 'under',
      limit: 5,
      unit: ' ms',
      reached: rounds.of(load, 'p999'),
    }),
  )
  return [
    'Journal: a row and its rollup a write, each answered when committed (synchronous NORMAL), ms',
    '',
    textTable([['', 'commits/s', 'p50', 'p99.9', 'worst'], ...rows]),
    '',
    ...aims.map((aim) => judge(aim).line),
  ]
}
