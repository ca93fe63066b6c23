import { EventEmitter } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import type { KnownTraits } from '../../../runtime/model/traits.ts'
import type { ToWorker } from '../../../runtime/store/messages.ts'
import { WorkerJournal } from '../../../runtime/store/worker-journal.ts'
import { flow, opened } from './entries.ts'

class FakeWorker extends EventEmitter {
  readonly posted: ToWorker[] = []
  held = true
  postMessage(message: ToWorker): void {
    this.posted.push(message)
    this.emit('posted')
  }
  ref(): void {
    this.held = true
  }
  unref(): void {
    this.held = false
  }
}

function start(learns = false): { worker: FakeWorker; journal: WorkerJournal } {
  const worker = new FakeWorker()
  return { worker, journal: new WorkerJournal(worker as unknown as Worker, learns) }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

test('calls of one turn go in one message, and resolve with their commit', async () => {
  const { worker, journal } = start()
  const done: number[] = []
  const calls = [1, 2, 3].map((n) => journal.write(opened(), flow()).then(() => done.push(n)))
  await nextTurn()
  expect(worker.posted).toHaveLength(1)
  expect(worker.posted[0]).toMatchObject({ last: 3, entries: { length: 6 } })
  worker.emit('message', 2)
  await nextTurn()
  expect(done).toEqual([1, 2])
  worker.emit('message', 3)
  await Promise.all(calls)
  expect(done).toEqual([1, 2, 3])
})

test('the thread holds the process only while a write waits', async () => {
  const { worker, journal } = start()
  expect(worker.held).toBe(false)
  const write = journal.write(opened())
  await nextTurn()
  expect(worker.held).toBe(true)
  worker.emit('message', 1)
  await write
  expect(worker.held).toBe(false)
})

test.each([
  [
    'says so',
    (worker: FakeWorker) => worker.emit('message', { message: 'disk full', hint: 'free some' }),
    /disk full/,
  ],
  ['throws', (worker: FakeWorker) => worker.emit('error', new Error('out of memory')), /out of memory/],
  ['ends', (worker: FakeWorker) => worker.emit('exit', 1), /thread .* ended/],
] as const)('when the thread %s, waiting and later writes fail', async (_, fail, message) => {
  const { worker, journal } = start()
  const waiting = journal.write(opened())
  const expectFailure = (write: Promise<void>) =>
    expect(write).rejects.toMatchObject({ code: 'store-failed', message: expect.stringMatching(message) })
  await nextTurn()
  const failed = expectFailure(waiting)
  fail(worker)
  await failed
  await expectFailure(journal.write(flow()))
  expect(worker.posted).toHaveLength(1)
  await journal.close()
})

test('close sends what is pending first, and refuses what comes after', async () => {
  const { worker, journal } = start()
  const write = journal.write(opened())
  const closed = journal.close()
  expect(worker.posted).toEqual([expect.objectContaining({ last: 1 }), 'close'])
  await expect(journal.write(flow())).rejects.toMatchObject({ code: 'store-failed' })
  worker.emit('message', 1)
  await write
  worker.emit('message', 'closed')
  worker.emit('exit', 0)
  await closed
  await nextTurn()
  expect(worker.posted).toHaveLength(2)
})

const part = (name: string): KnownTraits => {
  const support = { elsewhere: 1, here: 0 }
  return { versions: [], traits: [{ kind: 'tool', place: '', name, detail: null, support }], groups: [] }
}

test('what earlier sessions left comes in parts, between commits', async () => {
  const { worker, journal } = start(true)
  expect(worker.held).toBe(true)
  const write = journal.write(opened())
  await nextTurn()
  for (const message of [{ known: part('a') }, 1, { known: part('b') }, { known: null }]) {
    worker.emit('message', message)
  }
  await write
  expect(worker.held).toBe(false)
  expect((await journal.known).traits.map(({ name }) => name)).toEqual(['a', 'b'])
})

test.each([
  [
    'fails',
    (worker: FakeWorker) => worker.emit('message', { message: 'damaged', hint: undefined }),
    /damaged/,
  ],
  ['is closed', (_: FakeWorker, journal: WorkerJournal) => void journal.close(), /closed/],
] as const)('a journal that %s before all of it came says so', async (_, end, message) => {
  const { worker, journal } = start(true)
  worker.emit('message', { known: part('a') })
  end(worker, journal)
  await expect(journal.known).rejects.toMatchObject({
    code: 'store-failed',
    message: expect.stringMatching(message),
  })
})
