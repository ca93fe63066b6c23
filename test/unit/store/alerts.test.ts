import { expect, test } from 'vitest'
import { byUrgency, readAlerts } from '../../../runtime/store/read/alerts.ts'
import { alert, NOON, opened } from './entries.ts'
import { openServer } from './temporary-store.ts'

test('findings with one key are one alert: counted, with the first evidence and the latest three', () => {
  const { db, commit } = openServer()
  commit(opened(), opened({ id: 's2' }))
  for (let n = 0; n < 6; n++) {
    commit(alert({ at: NOON + n, session: n < 3 ? 's1' : 's2', count: 2, evidence: { flow: `s1.${n}` } }))
  }
  commit(alert({ key: 'other.test undeclared', severity: 'high', at: NOON + 99 }))
  const alerts = readAlerts(db, 'exa', 0).sort(byUrgency)
  expect(alerts).toMatchObject([
    { severity: 'high', count: 1, firstSeen: NOON + 99 },
    { server: 'exa', severity: 'medium', count: 12, firstSeen: NOON, lastSeen: NOON + 5 },
  ])
  expect(alerts[1]?.evidence.map(({ session, details }) => [session, details.flow])).toEqual([
    ['s1', 's1.0'],
    ['s2', 's1.3'],
    ['s2', 's1.4'],
    ['s2', 's1.5'],
  ])
})

test('the worst severity stays, and what got through once stays allowed', () => {
  const { db, commit } = openServer()
  commit(opened(), alert({ severity: 'low' }))
  commit(alert({ severity: 'high', action: 'allowed' }))
  commit(alert({ severity: 'info', action: 'denied' }))
  expect(readAlerts(db, 'exa', 0)).toMatchObject([{ severity: 'high', action: 'allowed', count: 3 }])
})

test('an id is the same in a new file, and another for another server', () => {
  const ids = (['exa', 'exa', 'github'] as const).map((name) => {
    const { db, commit } = openServer(name)
    commit(opened(), alert({ server: name }))
    return readAlerts(db, name, 0)[0]?.id
  })
  expect(ids[0]).toMatch(/^[0-9a-f]{16}$/)
  expect(ids[1]).toBe(ids[0])
  expect(ids[2]).not.toBe(ids[0])
})

test('evidence is bounded, whatever it holds', () => {
  const { db, commit } = openServer()
  commit(
    opened(),
    alert({ evidence: { sni: 'x'.repeat(100_000), list: Array(500).fill('y'.repeat(500)), n: 7 } }),
  )
  const stored = db.prepare<[], string>('SELECT evidence FROM alerts').pluck().get() ?? ''
  expect(stored.length).toBeLessThan(2_000)
  expect(JSON.parse(stored)[0].details.n).toBe(7)
})

test('--since looks at when an alert was last seen', () => {
  const { db, commit } = openServer()
  commit(opened(), alert(), alert({ key: 'late', at: NOON + 10 }))
  expect(readAlerts(db, 'exa', NOON + 5)).toHaveLength(1)
})
