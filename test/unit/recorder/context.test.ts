import { describe, expect, it } from 'vitest'
import type { AlertEvent } from '../../../runtime/model/alert.ts'
import type { JournalEntry } from '../../../runtime/model/journal.ts'
import { compileRules } from '../../../runtime/policy/rules.ts'
import { type ContextOptions, inBackground, recorderContext } from '../../../runtime/recorder/context.ts'

const alert = (key: string): JournalEntry => ({ kind: 'alert', alert: { key } as AlertEvent })
const gap: JournalEntry = { kind: 'gap', gap: { session: 's', at: 1, kind: 'dns-limit', count: 1 } }

function setUp(write: () => Promise<void>, more: Partial<ContextOptions> = {}) {
  const events: string[] = []
  const context = recorderContext({
    server: 'p',
    session: 's1',
    phase: 'run',
    mode: 'enforce',
    rules: compileRules([]),
    profileFile: null,
    clock: () => 7,
    journal: {
      write: async (...entries) => {
        events.push(`write ${entries.length}`)
        await write()
        events.push('written')
      },
      close: () => Promise.resolve(),
    },
    onAlert: ({ key }) => events.push(`alert ${key}`),
    onFailure: (error) => events.push(`failure ${error}`),
    ...more,
  })
  return { context, events }
}

describe('recorderContext', () => {
  it('tells of alerts once they are committed, in order', async () => {
    const { context, events } = setUp(() => Promise.resolve())
    await context.record(alert('a'), gap, alert('b'))
    expect(events).toEqual(['write 3', 'written', 'alert a', 'alert b'])
  })

  it('reports a failure, rejects, and tells of nothing', async () => {
    const { context, events } = setUp(() => Promise.reject(new Error('full')))
    await expect(context.record(alert('a'))).rejects.toThrow('full')
    expect(events).toEqual(['write 1', 'failure Error: full'])
  })

  it('writes what follows from the entries with them, and tells of alerts among that', async () => {
    const follow: NonNullable<ContextOptions['follow']> = async (entries) => [...entries, alert('new')]
    const { context, events } = setUp(() => Promise.resolve(), { follow })
    await context.record(gap)
    expect(events).toEqual(['write 2', 'written', 'alert new'])
  })

  it('numbers what it records within the session', () => {
    const { context } = setUp(() => Promise.resolve())
    expect([context.nextId(), context.nextId()]).toEqual(['s1.1', 's1.2'])
  })

  it('lets what was reported already fail in the background', async () => {
    inBackground(Promise.reject(new Error('reported')))
    await new Promise(setImmediate)
  })
})
