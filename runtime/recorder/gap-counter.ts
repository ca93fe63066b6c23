import type { GapKind } from '../model/journal.ts'
import { inBackground, type RecorderContext } from './context.ts'

const FLUSH_MS = 1000

/** Counts what is not recorded one by one, and records the counts: a flood costs one row a second. */
export interface GapCounter {
  add(kind: GapKind, count?: number): void
  /** Records what was counted since the last time, and counts no more. */
  close(): Promise<void>
}

export function createGapCounter(context: RecorderContext): GapCounter {
  const counts = new Map<GapKind, number>()
  const flush = async (): Promise<void> => {
    const at = context.clock()
    const entries = [...counts].map(([kind, count]) => {
      return { kind: 'gap', gap: { session: context.session, at, kind, count } } as const
    })
    counts.clear()
    if (entries.length > 0) await context.record(...entries)
  }
  const timer = setInterval(() => inBackground(flush()), FLUSH_MS)
  timer.unref()
  return {
    add: (kind, count = 1) => {
      if (count > 0) counts.set(kind, (counts.get(kind) ?? 0) + count)
    },
    close: () => {
      clearInterval(timer)
      return flush()
    },
  }
}
