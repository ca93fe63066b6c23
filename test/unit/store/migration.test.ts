import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../runtime/store/database.ts'
import { userVersion } from '../../../runtime/store/migrate.ts'
import { readDestinations } from '../../../runtime/store/read/destinations.ts'
import { readFlows } from '../../../runtime/store/read/flows.ts'
import { readRequests } from '../../../runtime/store/read/requests.ts'
import { MIGRATIONS } from '../../../runtime/store/schema.ts'
import { during, flow, NOON, opened, request, requestEnded } from './entries.ts'
import { openServer } from './temporary-store.ts'
import { DECLARED, OLD_REQUEST, versionOne } from './version-one.ts'

function columns(db: Database.Database): unknown {
  const tables = db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all()
  return Object.fromEntries(tables.sort().map((table) => [table, db.pragma(`table_info(${table})`)]))
}

test('a file of format 1 is read as it was, and says what it does not know', () => {
  const { store } = versionOne()
  const { db } = openServer('exa', store)
  expect(userVersion(db)).toBe(MIGRATIONS.length)
  expect([...readRequests(db, 0)]).toMatchObject([
    { id: 'r1', inspection: 'uninspected', unread: 'only its head was read', attribution: null, calls: [] },
    { id: 'r2', inspection: 'none', unread: null, action: 'denied', endedAt: null, scheme: 'http' },
    { id: 'r3', flow: 's1.1' },
    { id: 'r4', status: null, bytesSent: 0, findings: 0 },
  ])
  const [carrier] = readFlows(db, 0)
  expect(carrier).toMatchObject({ id: 's1.1', attribution: null, calls: [], bytesSent: 10 })
  expect(carrier?.requests.map(({ id }) => id)).toEqual(['r1', 'r2', 'r3', 'r4'])
  expect(readDestinations(db, 0)).toMatchObject([{ name: 'api.exa.ai', flows: 1, tools: [] }])
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
})

test('old requests are found from a time on, by their new numbers', () => {
  const { db } = openServer('exa', versionOne().store)
  const from = (at: number) => [...readRequests(db, at)].map(({ id }) => id)
  expect(from(NOON + 1)).toEqual(['r3', 'r4'])
  expect(from(NOON + 150)).toEqual(['r3'])
  expect(from(NOON + 201)).toEqual([])
})

test('what is written to it next comes after', () => {
  const { db, commit } = openServer('exa', versionOne().store)
  commit(opened({ id: 's2' }), flow({ id: 's2.1', session: 's2', inspection: 'inspected' }))
  commit(request({ id: 'new', flow: 's2.1', session: 's2', attribution: during('search') }))
  commit(requestEnded({ request: 'new' }))
  const ids = [...readRequests(db, 0)].map(({ id }) => id)
  expect(ids).toEqual(['r1', 'r2', 'r3', 'r4', 'new'])
})

test('it has the columns of a new file', () => {
  const migrated = openServer('exa', versionOne().store)
  expect(columns(migrated.db)).toEqual(columns(openServer().db))
})

test('a session of the version before that still runs writes on', () => {
  const { file } = versionOne()
  const old = new Database(file)
  const insert = old.prepare(OLD_REQUEST)
  const db = openDatabase(file, { server: 'exa' })
  insert.run('late', NOON * 1024, NOON + 900, ...DECLARED)
  expect([...readRequests(db, 0)].at(-1)).toMatchObject({ id: 'late', inspection: 'uninspected', calls: [] })
  old.close()
  db.close()
})
