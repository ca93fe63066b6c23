import { EventEmitter, once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import type { JournalEntry } from '../../../../runtime/model/journal.ts'
import { answerTo, begin, rawClient } from './clients.ts'
import { NAME, rigs } from './rig.ts'

const { secure, close } = rigs()
afterEach(close)

/** A journal that commits one kind of entry when it is told to. */
function slow(kind: JournalEntry['kind']) {
  const events = new EventEmitter()
  return {
    asked: once(events, 'asked'),
    release: () => events.emit('release'),
    commit: async (entries: readonly JournalEntry[]) => {
      if (!entries.some((entry) => entry.kind === kind)) return
      events.emit('asked')
      await once(events, 'release')
    },
  }
}

describe('nothing of a request leaves before its row is committed', () => {
  it('over HTTP/1.1', async () => {
    const seen: string[] = []
    const { asked, release, commit } = slow('http-request')
    const world = await secure(
      (req, res) => {
        seen.push(req.url ?? '')
        res.end('answer')
      },
      { commit },
    )
    const req = begin(world, { path: '/a' })
    req.end()
    await asked
    await turns(50)
    expect(seen).toEqual([])
    release()
    expect((await answerTo(req)).body).toBe('answer')
    expect(seen).toEqual(['/a'])
  })

  it('nor does a connection before the flow’s', async () => {
    let connections = 0
    const { asked, release, commit } = slow('flow-opened')
    const world = await secure(
      (_req, res) => {
        connections++
        res.end()
      },
      { commit },
    )
    const req = begin(world, {})
    req.end()
    await asked
    await turns(50)
    expect(connections).toBe(0)
    release()
    await answerTo(req)
  })
})

it('an answer waits for what is told of its request', async () => {
  const { asked, release, commit } = slow('alert')
  const world = await secure((req, res) => req.resume().on('end', () => res.end('answer')), {
    ...{ commit, mode: 'monitor' },
  })
  const req = begin(world, { method: 'POST', headers: { 'Content-Type': 'application/json' } })
  req.end('{"Bcc":"phan@giftshop.club"}')
  let isAnswered = false
  const answer = answerTo(req).then((got) => {
    isAnswered = true
    return got
  })
  await asked
  await turns(50)
  expect(isAnswered).toBe(false)
  release()
  expect((await answer).body).toBe('answer')
  expect(world.alerts()).toMatchObject([{ kind: 'payload_destination', action: 'allowed' }])
})

it('nothing leaves when the store fails', async () => {
  const seen: string[] = []
  const world = await secure(
    (req, res) => {
      seen.push(req.url ?? '')
      res.end()
    },
    {
      commit: async ([entry]) => {
        if (entry?.kind === 'http-request') throw new Error('disk full')
      },
    },
  )
  const client = await rawClient(world)
  client.write(`GET / HTTP/1.1\r\nHost: ${NAME}\r\n\r\n`)
  expect(await client.rest()).toBe('')
  await world.settled()
  expect(seen).toEqual([])
})

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}
