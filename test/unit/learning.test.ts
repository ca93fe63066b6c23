import { expect, test } from 'vitest'
import { startLearning } from '../../runtime/learning.ts'
import type { AlertEvent } from '../../runtime/model/alert.ts'
import type { JournalEntry } from '../../runtime/model/journal.ts'
import type { KnownTraits } from '../../runtime/model/traits.ts'
import { compileRules } from '../../runtime/policy/rules.ts'
import { recorderContext } from '../../runtime/recorder/context.ts'
import { flow, NOON, sessionRecord } from './store/entries.ts'

const support = { elsewhere: 3, here: 0 }
const KNOWN: KnownTraits = {
  versions: [{ label: 'x@1', isOwn: false }],
  traits: [
    { kind: 'host', place: '', name: 'api.exa.ai:443/tls', detail: null, support },
    { kind: 'tool', place: '', name: 'send', detail: null, support },
  ],
  groups: [
    { kind: 'host', place: '', support },
    { kind: 'tool', place: '', support },
  ],
}
const gap = (count: number): JournalEntry => ({
  kind: 'gap',
  gap: { session: 's1', at: NOON, kind: 'drop-detail', count },
})

/** A recorder whose session began before what earlier ones left was read. */
function setUp() {
  let known: (traits: KnownTraits) => void = () => undefined
  let fail: (error: Error) => void = () => undefined
  const written: string[] = []
  const told: AlertEvent[] = []
  const failures: unknown[] = []
  const learning = startLearning({
    record: sessionRecord({ package: 'x@2' }),
    given: [],
    known: new Promise((resolve, reject) => {
      known = resolve
      fail = reject
    }),
    onFailure: (error) => failures.push(error),
  })
  const { record } = recorderContext({
    ...{ server: 'exa', session: 's1', phase: 'run', mode: 'enforce', profileFile: null },
    rules: compileRules([]),
    clock: () => NOON,
    journal: {
      write: async (...entries) => void written.push(entries.map(nameOf).join()),
      close: async () => undefined,
    },
    follow: learning.follow,
    onAlert: (alert) => told.push(alert),
    onFailure: (error) => failures.push(error),
  })
  const list = (name: string) =>
    learning.listed({ tools: [{ name, description: null, rest: null }], last: true, more: false }, record)
  return { learning, record, list, written, told, failures, known: () => known(KNOWN), fail }
}

function nameOf(entry: JournalEntry): string {
  if (entry.kind === 'gap') return `gap ${entry.gap.count}`
  return entry.kind === 'trait' ? entry.trait.name.slice(0, 12) : entry.kind
}

test('what comes before it is known what was there waits, keeps its order, and is judged all the same', async () => {
  const { learning, record, list, written, told, known } = setUp()
  const all = [record(gap(1)), record(flow({ name: 'new.test', inspection: 'inspected' })), record(gap(2))]
  list('drop')
  await new Promise(setImmediate)
  expect(written).toEqual([])
  known()
  all.push(record(gap(3)))
  await learning.settled()
  expect(written.slice(0, 4)).toEqual(['gap 1', 'flow-opened,new.test:443,alert', 'gap 2', 'gap 3'])
  expect(written[4]).toMatch(/^drop,alert/)
  await Promise.all([...all, record(gap(4))])
  expect(written[5]).toBe('gap 4')
  expect(told.map(({ evidence }) => [evidence.trait, evidence.name])).toEqual([
    ['host', 'new.test:443/tls'],
    ['tool', 'drop'],
  ])
})

test('lists come one after the other, and all of them before the session is settled', async () => {
  const { learning, list, written, known } = setUp()
  list('send')
  list('a')
  known()
  list('b')
  await learning.settled()
  expect(written.map((entries) => entries.split(',')[0])).toEqual(['send', 'a', 'b'])
})

test('where it cannot be read nothing is written as if there had been nothing', async () => {
  const { learning, record, list, written, failures, fail } = setUp()
  const waiting = record(gap(1))
  list('send')
  const why = new Error('damaged')
  fail(why)
  await expect(waiting).rejects.toBe(why)
  await expect(record(gap(2))).rejects.toBe(why)
  await learning.settled()
  expect(written).toEqual([])
  expect(failures[0]).toBe(why)
})
