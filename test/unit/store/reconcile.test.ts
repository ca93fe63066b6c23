import { expect, test } from 'vitest'
import { readFlows } from '../../../runtime/store/read/flows.ts'
import { readGaps } from '../../../runtime/store/read/gaps.ts'
import { reconcile } from '../../../runtime/store/reconcile.ts'
import { closed, DENIED, flow, flowClosed, NOON, opened, progress } from './entries.ts'
import { openServer } from './temporary-store.ts'

const GONE = { pid: 2 ** 22 + 1, pidStart: 7 }

test('a session whose recorder is gone ends, its open flows are lost, and a gap counts them', () => {
  const { db, commit } = openServer()
  commit(opened(GONE), flow(), flow({ id: 's1.2' }), flow({ id: 's1.3', ...DENIED }))
  commit(flowClosed(), progress('s1.2', 7, 9))
  expect(reconcile(db, NOON + 5_000)).toBe(1)
  expect([...readFlows(db, 0)].map(({ id, state, bytesSent }) => [id, state, bytesSent])).toEqual([
    ['s1.1', 'closed', 10],
    ['s1.2', 'lost', 7],
    ['s1.3', 'denied', 0],
  ])
  expect(readGaps(db, 0)).toEqual([
    { kind: 'recorder-lost', count: 1, firstSeen: NOON + 5_000, lastSeen: NOON + 5_000 },
  ])
  expect(db.prepare('SELECT "end", ended_at AS at FROM sessions').get()).toEqual({
    end: 'recorder-lost',
    at: NOON + 5_000,
  })
  expect(reconcile(db, NOON + 6_000)).toBe(0)
})

test('a gap says so also where nothing was open', () => {
  const { db, commit } = openServer()
  commit(opened(GONE))
  reconcile(db, NOON)
  expect(readGaps(db, 0)).toMatchObject([{ kind: 'recorder-lost', count: 0 }])
})

test('sessions that run, or have ended, stay as they are', () => {
  const { db, commit } = openServer()
  commit(opened(), flow(), opened({ ...GONE, id: 's2' }), closed('s2'))
  expect(reconcile(db, NOON)).toBe(0)
  expect([...readFlows(db, 0)][0]?.state).toBe('open')
})

test('a recorder that was thought lost, and was not, has the last word', () => {
  const { db, commit } = openServer()
  commit(opened(GONE), flow())
  reconcile(db, NOON)
  commit(flowClosed(), closed())
  expect([...readFlows(db, 0)][0]).toMatchObject({ state: 'closed', cause: 'server closed' })
  expect(db.prepare('SELECT "end" FROM sessions').pluck().get()).toBe('exited')
  expect(readGaps(db, 0)).toHaveLength(1)
})
