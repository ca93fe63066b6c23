import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import type { JournalEntry } from '../../../runtime/model/journal.ts'
import { openJournal } from '../../../runtime/store/open-journal.ts'
import { flow, flowClosed, NOON, opened, query } from '../../unit/store/entries.ts'
import { temporaryFolder, WORKER } from './store-worker.ts'

test('what has resolved can be read by another process; files are private', async () => {
  const store = join(temporaryFolder(), 'home', 'store')
  const journal = await openJournal({ store, server: 'exa', workerPath: WORKER })
  const file = join(store, 'servers', 'exa.sqlite')
  await journal.write(opened())
  await Promise.all(
    Array.from({ length: 500 }, (_, n) => journal.write(flow({ id: `s1.${n}` }), query({ id: `q${n}` }))),
  )
  const reader = new Database(file, { readonly: true })
  expect(reader.prepare('SELECT count(*) FROM flows').pluck().get()).toBe(500)
  reader.close()
  expect(statSync(store).mode & 0o777).toBe(0o700)
  expect(statSync(join(store, 'servers')).mode & 0o777).toBe(0o700)
  for (const each of [file, `${file}-wal`, `${file}-shm`]) expect(statSync(each).mode & 0o777).toBe(0o600)
  await journal.close()
  expect(existsSync(`${file}-wal`)).toBe(false)
  await expect(journal.write(flow())).rejects.toMatchObject({ code: 'store-failed' })
})

test('entries of one call are all there or none of them', async () => {
  const store = temporaryFolder()
  const journal = await openJournal({ store, server: 'exa', workerPath: WORKER })
  await journal.write(opened(), flow())
  const bad = journal.write(flow({ id: 's1.2' }), flow({ id: 's1.3', session: 'never opened' }))
  await expect(bad).rejects.toMatchObject({
    code: 'store-failed',
    message: expect.stringContaining('never opened'),
  })
  await expect(journal.write(flow({ id: 's1.4' }))).rejects.toMatchObject({ code: 'store-failed' })
  await journal.close()
  const db = new Database(join(store, 'servers', 'exa.sqlite'))
  expect(db.prepare('SELECT id FROM flows').pluck().all()).toEqual(['s1.1'])
  db.close()
})

test('two journals of one process write to one file', async () => {
  const store = temporaryFolder()
  const open = () => openJournal({ store, server: 'exa', workerPath: WORKER })
  const journals = await Promise.all([open(), open()])
  const write = async (journal: (typeof journals)[number], session: string) => {
    await journal.write(opened({ id: session }))
    for (let n = 0; n < 300; n++) await journal.write(flow({ id: `${session}.${n}`, session }))
    await journal.write(flowClosed({ flow: `${session}.299` }))
  }
  await Promise.all(journals.map((journal, index) => write(journal, `s${index}`)))
  await Promise.all(journals.map((journal) => journal.close()))
  const db = new Database(join(store, 'servers', 'exa.sqlite'))
  expect(db.prepare('SELECT count(*) AS flows, count(DISTINCT n) AS rows FROM flows').get()).toEqual({
    flows: 600,
    rows: 600,
  })
  expect(db.prepare('SELECT sum(flows) AS flows, sum(bytes_sent) AS sent FROM rollup').get()).toEqual({
    flows: 600,
    sent: 20,
  })
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  db.close()
})

test('a file that is damaged is named, with what helps, and kept', async () => {
  const store = temporaryFolder()
  await (await openJournal({ store, server: 'exa', workerPath: WORKER })).close()
  const file = join(store, 'servers', 'exa.sqlite')
  writeFileSync(file, 'nonsense'.repeat(1000))
  await expect(openJournal({ store, server: 'exa', workerPath: WORKER })).rejects.toMatchObject({
    code: 'store-failed',
    message: expect.stringContaining(file),
    hint: expect.stringContaining('Move'),
  })
  expect(readFileSync(file, 'utf8')).toBe('nonsense'.repeat(1000))
})

test('a file that is damaged further in fails the write that meets it', async () => {
  const store = temporaryFolder()
  const first = await openJournal({ store, server: 'exa', workerPath: WORKER })
  await first.write(
    opened(),
    ...Array.from({ length: 2_000 }, (_, n) => flow({ id: `s1.${n}`, port: n + 1 })),
  )
  await first.close()
  const file = join(store, 'servers', 'exa.sqlite')
  const bytes = readFileSync(file)
  writeFileSync(
    file,
    Buffer.concat([bytes.subarray(0, 2048 * 3), Buffer.alloc(bytes.length - 2048 * 3, 0x5a)]),
  )
  const journal = await openJournal({ store, server: 'exa', workerPath: WORKER }).catch((error) => error)
  const error =
    'write' in journal ? await journal.write(flow({ id: 's1.new' })).catch((each: unknown) => each) : journal
  expect(error).toMatchObject({ code: 'store-failed', message: expect.stringContaining('damaged') })
})

test('a store that is a file, and a worker that is not there, are store-failed', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'file'), '')
  await expect(
    openJournal({ store: join(folder, 'file'), server: 'exa', workerPath: WORKER }),
  ).rejects.toMatchObject({
    code: 'store-failed',
  })
  await expect(
    openJournal({ store: folder, server: 'exa', workerPath: '/absent.cjs' }),
  ).rejects.toMatchObject({
    code: 'store-failed',
  })
})

test('a WAL that grows is moved into the file while writes go on', async () => {
  const store = temporaryFolder()
  const journal = await openJournal({ store, server: 'exa', workerPath: WORKER })
  await journal.write(opened())
  const file = join(store, 'servers', 'exa.sqlite')
  const before = statSync(file).size
  for (let n = 0; statSync(file).size === before; n += 64) {
    const batch = Array.from({ length: 64 }, (_, index) => journal.write(flow({ id: `s1.${n + index}` })))
    await Promise.all(batch)
    if (n > 1_000_000) throw new Error('no checkpoint after a million flows')
  }
  await journal.close()
  expect(existsSync(`${file}-wal`)).toBe(false)
})

test('a start does not wait for what earlier sessions left, and of what it writes itself nothing is among it', async () => {
  const store = temporaryFolder()
  const learn = { store, server: 'exa', workerPath: WORKER, version: { label: 'x@2', integrity: null } }
  const trait = (session: string, name: string): JournalEntry => {
    return { kind: 'trait', session, at: NOON, trait: { kind: 'field', place: 'p', name, detail: null } }
  }
  const first = await openJournal(learn)
  expect(await first.known).toEqual({ versions: [], traits: [], groups: [] })
  const names = Array.from({ length: 9_000 }, (_, n) => `n${n}`)
  await first.write(opened({ package: 'x@1' }), ...names.map((name) => trait('s1', name)))
  await first.close()

  const second = await openJournal(learn)
  const order: string[] = []
  const known = second.known.finally(() => order.push('known'))
  await second.write(opened({ id: 's2', package: 'x@2' }), trait('s2', 'own'), trait('s2', 'n0'))
  order.push('written')
  const { versions, traits, groups } = await known
  expect(order).toEqual(['written', 'known'])
  expect(versions).toEqual([{ label: 'x@1', isOwn: false }])
  expect(traits.map(({ name }) => name)).toEqual(names)
  const support = { elsewhere: 1, here: 0 }
  expect([traits[0]?.support, groups]).toEqual([support, [{ kind: 'field', place: 'p', support }]])
  await second.close()

  const third = await openJournal(learn)
  await Promise.all([third.close(), expect(third.known).rejects.toMatchObject({ code: 'store-failed' })])
})
