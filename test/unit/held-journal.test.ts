import { expect, test } from 'vitest'
import { holdJournal } from '../../runtime/held-journal.ts'
import type { Journal, JournalEntry } from '../../runtime/model/journal.ts'

const entry = (flow: string) => ({ kind: 'flow-closed', flow }) as unknown as JournalEntry
function recording() {
  const written: string[] = []
  const journal: Journal = {
    write: async (...entries) => {
      written.push(...entries.map((one) => (one as unknown as { flow: string }).flow))
    },
    close: async () => undefined,
  }
  return { written, held: holdJournal(), journal }
}

test('what is written while it is held waits, and keeps its order', async () => {
  const { written, held, journal } = recording()
  const writes = [held.write(entry('a'), entry('b')), held.write(entry('c'))]
  await Promise.resolve()
  expect(written).toEqual([])
  held.release(journal)
  writes.push(held.write(entry('d')))
  await Promise.all(writes)
  await held.write(entry('e'))
  expect(written).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('what is refused is never written', async () => {
  const { written, held } = recording()
  const waiting = held.write(entry('a'))
  const why = new Error('damaged')
  held.refuse(why)
  await expect(waiting).rejects.toBe(why)
  await expect(held.write(entry('b'))).rejects.toBe(why)
  expect(written).toEqual([])
})
