import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Journal, JournalEntry } from '../../runtime/model/journal.ts'
import { openJournal } from '../../runtime/store/open-journal.ts'
import { FIRST, type Pair, pairOf } from './journal-entries.ts'

export interface JournalFigures {
  /** What is written: the begin and the end of flows, or of requests over one connection; a row and its sums each. */
  readonly what: Pair
  /** Writes waiting at once. */
  readonly inFlight: number
  readonly writesPerSecond: number
  /** Milliseconds from write() to the commit's promise. */
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** Writes flows, then requests, to a journal in a fresh folder, with 1 and with 64 in flight, for `seconds` each. */
export async function benchJournal(options: {
  readonly workerPath: string
  readonly seconds?: number
  readonly sync?: 'normal' | 'full'
}): Promise<readonly JournalFigures[]> {
  const store = mkdtempSync(join(tmpdir(), 'mcp-run-bench-'))
  const { workerPath, sync = 'normal', seconds = 5 } = options
  const journal = await openJournal({ store, server: 'bench', workerPath, sync })
  try {
    await journal.write(...FIRST)
    const figures: JournalFigures[] = []
    for (const what of ['flows', 'requests'] as const) {
      // The thread starts, statements are prepared, code is compiled: not what is measured.
      await measure(journal, { what, inFlight: 1, seconds: 0.5 })
      figures.push(await measure(journal, { what, inFlight: 1, seconds }))
      figures.push(await measure(journal, { what, inFlight: 64, seconds }))
    }
    return figures
  } finally {
    await journal.close()
    rmSync(store, { recursive: true })
  }
}

let made = 0

async function measure(
  journal: Journal,
  { what, inFlight, seconds }: Pick<JournalFigures, 'what' | 'inFlight'> & { readonly seconds: number },
): Promise<JournalFigures> {
  const times: number[] = []
  const began = performance.now()
  const end = began + seconds * 1000
  const timed = async (entry: JournalEntry) => {
    const start = performance.now()
    await journal.write(entry)
    times.push(performance.now() - start)
  }
  const writeUntilEnd = async () => {
    while (performance.now() < end) {
      const { begin, end } = pairOf(what, made++)
      await timed(begin)
      await timed(end())
    }
  }
  await Promise.all(Array.from({ length: inFlight }, writeUntilEnd))
  const elapsed = (performance.now() - began) / 1000
  times.sort((a, b) => a - b)
  const at = (quantile: number) => times[Math.floor(quantile * (times.length - 1))] ?? 0
  const figures = { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) }
  return { what, inFlight, writesPerSecond: times.length / elapsed, ...figures }
}
