import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { JournalEntry } from '../../../runtime/model/journal.ts'
import type { RecorderContext } from '../../../runtime/recorder/context.ts'
import { createGapCounter } from '../../../runtime/recorder/gap-counter.ts'

let written: JournalEntry[]
let counter: ReturnType<typeof createGapCounter>
beforeEach(() => {
  vi.useFakeTimers()
  written = []
  const record = async (...entries: readonly JournalEntry[]): Promise<void> => void written.push(...entries)
  counter = createGapCounter({ session: 's', clock: () => 5, record } as RecorderContext)
})
afterEach(() => vi.useRealTimers())
const gap = (kind: string, count: number) => ({ kind: 'gap', gap: { session: 's', at: 5, kind, count } })

it('writes a flood as one row a second and kind', () => {
  for (let n = 0; n < 1000; n++) counter.add(n % 4 === 0 ? 'dns-limit' : 'flow-limit')
  expect(written).toEqual([])
  vi.advanceTimersByTime(1000)
  expect(written).toEqual([gap('dns-limit', 250), gap('flow-limit', 750)])
  vi.advanceTimersByTime(5000)
  expect(written).toHaveLength(2)
})

it('writes the rest at the end', async () => {
  counter.add('flow-limit')
  await counter.close()
  expect(written).toEqual([gap('flow-limit', 1)])
  vi.advanceTimersByTime(5000)
  expect(written).toHaveLength(1)
})
