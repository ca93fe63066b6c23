import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { readDestinations } from '../../../runtime/store/read/destinations.ts'
import { openHistory } from '../../../runtime/store/read/history.ts'
import { temporaryFolder, WORKER, writerProcess } from './store-worker.ts'

/** A mount namespace of one's own, which takes a user namespace where we are not root. */
const OWN_MOUNTS = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount']

function startWriter(program: string, ...args: string[]) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const resolved: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    resolved.push(line)
    child.emit('resolved')
  })
  const ended = Promise.all([once(child, 'exit'), once(child.stdout, 'close')])
  return { child, resolved, ended }
}

function ids(file: string, table: 'flows' | 'http_requests' = 'flows'): Set<string> {
  const db = new Database(file)
  const found = db.prepare<[], string>(`SELECT id FROM ${table}`).pluck().all()
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  db.close()
  return new Set(found)
}

test('two processes write at once, and each row is there', async () => {
  const store = temporaryFolder()
  const program = writerProcess()
  const writers = ['a', 'b'].map((session) => startWriter(program, store, WORKER, session, '3000'))
  await Promise.all(writers.map(({ ended }) => ended))
  const written = writers.flatMap(({ resolved }) => resolved)
  expect(written.filter((line) => line.startsWith('failed'))).toEqual([])
  expect(written).toHaveLength(6000)
  const file = join(store, 'servers', 'exa.sqlite')
  expect(ids(file)).toEqual(new Set(written))
  const db = new Database(file)
  expect(db.prepare('SELECT sum(flows) FROM rollup').pluck().get()).toBe(6000)
  expect(db.prepare(`SELECT count(*) FROM sessions WHERE "end" = 'exited'`).pluck().get()).toBe(2)
  db.close()
})

describe('kill -9 of a writer under load', () => {
  test.each([200, 1_500, 6_000])('after %d commits', async (commits) => {
    const store = temporaryFolder()
    const { child, resolved, ended } = startWriter(writerProcess(), store, WORKER, 'a')
    while (resolved.length < commits) await once(child, 'resolved')
    child.kill('SIGKILL')
    await ended
    const file = join(store, 'servers', 'exa.sqlite')
    const stored = ids(file)
    expect(resolved.filter((id) => !stored.has(id) && !id.startsWith('failed'))).toEqual([])

    const history = openHistory({ server: 'exa', file }, Date.now())
    const { db } = history
    expect(db.prepare('SELECT "end" FROM sessions').pluck().all()).toEqual(['recorder-lost'])
    expect(db.prepare(`SELECT count(*) FROM flows WHERE state = 'lost'`).pluck().get()).toBe(stored.size)
    expect(db.prepare('SELECT kind, count FROM gaps').all()).toEqual([
      { kind: 'recorder-lost', count: stored.size },
    ])
    expect(db.prepare('SELECT sum(flows) FROM rollup').pluck().get()).toBe(stored.size)
    history.close()
  })
})

test('kill -9 of a writer of requests: each is there, what had not ended is said to be unread, the sums agree', async () => {
  const store = temporaryFolder()
  const { child, resolved, ended } = startWriter(
    ...([writerProcess(), store, WORKER, 'a', 'Infinity', 'requests'] as const),
  )
  while (resolved.length < 3_000) await once(child, 'resolved')
  child.kill('SIGKILL')
  await ended
  const file = join(store, 'servers', 'exa.sqlite')
  const stored = ids(file, 'http_requests')
  expect(resolved.filter((id) => !stored.has(id))).toEqual([])

  const history = openHistory({ server: 'exa', file }, Date.now())
  const states = history.db
    .prepare<[], { unread: string | null; inspection: string; count: number }>(
      `SELECT unread, inspection, count(*) AS count FROM http_requests GROUP BY unread, inspection ORDER BY unread`,
    )
    .all()
  expect(states).toMatchObject([
    { unread: null, inspection: 'inspected' },
    { unread: 'recorder ended without a word', inspection: 'uninspected' },
  ])
  expect(states.reduce((sum, { count }) => sum + count, 0)).toBe(stored.size)
  const [destination] = readDestinations(history.db, 0)
  expect(destination?.tools.reduce((sum, { requests }) => sum + requests, 0)).toBe(stored.size)
  expect(destination?.flows).toBe(1)
  history.close()
})

test('a disk that gets full is store-failed, and what had resolved is there', async () => {
  const store = temporaryFolder()
  const script =
    'mount -t tmpfs -o size=2m,mode=700 tmpfs "$1" && "$2" "$3" "$1" "$4" a; cp -r "$1"/servers "$5"'
  const copy = temporaryFolder()
  const words = [store, process.execPath, writerProcess(), WORKER, copy]
  const child = spawn('unshare', [...OWN_MOUNTS, 'sh', '-c', script, 'sh', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  await Promise.all([once(child, 'exit'), once(child.stdout, 'close')])
  const failure = lines.find((line) => line.startsWith('failed ')) ?? 'no failure'
  expect(JSON.parse(failure.slice('failed '.length))).toMatchObject({
    code: 'store-failed',
    message: expect.stringContaining('disk is full'),
    hint: expect.stringContaining('--store'),
  })
  const resolved = lines.filter((line) => !line.startsWith('failed '))
  expect(resolved.length).toBeGreaterThan(100)
  const stored = ids(join(copy, 'servers', 'exa.sqlite'))
  expect(resolved.filter((id) => !stored.has(id))).toEqual([])
})
