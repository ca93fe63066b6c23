import { PassThrough, Readable, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { carryBody } from '../../../../runtime/recorder/inspect/carry-body.ts'
import { connectionEnd } from '../../../../runtime/recorder/inspect/connection-end.ts'
import { heldBytes, MAX_HELD_BODY } from '../../../../runtime/recorder/inspect/held-bytes.ts'
import { holdBody } from '../../../../runtime/recorder/inspect/hold-body.ts'

const NOBODY = { write: () => undefined }
const chunks = (...texts: string[]) => Readable.from(texts.map((text) => Buffer.from(text)))

describe('carryBody', () => {
  it('has each chunk read before it goes on', async () => {
    const order: string[] = []
    const reader = {
      write: (chunk: Buffer) => {
        order.push(`read ${chunk}`)
        return String(chunk) === 'b' ? new Promise<void>((resolve) => setImmediate(resolve)) : undefined
      },
    }
    const to = new Writable({
      write: (chunk, _encoding, done) => {
        order.push(`sent ${chunk}`)
        done()
      },
    })
    const from = chunks('a', 'b', 'c')
    let bytes = 0
    carryBody(from, to, reader, (length) => {
      bytes += length
    })
    await new Promise((resolve) => from.once('end', resolve))
    expect(order).toEqual(['read a', 'sent a', 'read b', 'sent b', 'read c', 'sent c'])
    expect(bytes).toBe(3)
  })

  it('waits for whoever takes it, and drops what nobody takes', async () => {
    const to = new PassThrough({ highWaterMark: 1 })
    const from = new PassThrough()
    let bytes = 0
    carryBody(from, to, NOBODY, (length) => {
      bytes += length
    })
    from.write('aa')
    await new Promise(setImmediate)
    from.write('bb')
    await new Promise(setImmediate)
    expect([bytes, from.isPaused()]).toEqual([2, true])
    to.resume()
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect(bytes).toBe(4)
    to.destroy()
    from.write('cc')
    await new Promise(setImmediate)
    expect(bytes).toBe(4)
  })

  it('sends nothing of what cannot be read', async () => {
    const to = new PassThrough()
    carryBody(chunks('a'), to, { write: () => Promise.reject(new Error('unreadable')) }, () => undefined)
    await new Promise((resolve) => to.once('close', resolve))
    expect(to.read()).toBe(null)
  })
})

describe('holdBody', () => {
  const hold = (body: Readable, announced: number | null = null, room = heldBytes()) =>
    holdBody(body, NOBODY, room, announced)

  it('keeps a body that is not too long', async () => {
    const held = await hold(chunks('a', 'bc'))
    expect(held).toEqual({ kind: 'whole', chunks: [Buffer.from('a'), Buffer.from('bc')], bytes: 3 })
  })

  it.each<[string, Readable, number | null, string]>([
    ['says that it is longer', chunks('a'), MAX_HELD_BODY + 1, 'too-long'],
    ['is longer', Readable.from([Buffer.alloc(MAX_HELD_BODY), Buffer.alloc(1)]), null, 'too-long'],
    ['is as long as may be', Readable.from([Buffer.alloc(MAX_HELD_BODY)]), MAX_HELD_BODY, 'whole'],
  ])('of one that %s: %s', async (_, body, announced, kind) => {
    expect((await hold(body, announced)).kind).toBe(kind)
  })

  it('gives up with its client', async () => {
    const body = new PassThrough()
    const held = hold(body)
    body.write('half')
    body.destroy()
    expect(await held).toEqual({ kind: 'gone' })
  })

  it('has no more room than there is, and gives back what it does not need', async () => {
    const room = heldBytes(4)
    expect((await hold(chunks('abc'), null, room)).kind).toBe('whole')
    expect((await hold(chunks('a', 'b', 'c'), null, room)).kind).toBe('too-long')
    room.give(3)
    expect((await hold(chunks('abcd'), null, room)).kind).toBe('whole')
  })
})

describe('the end of a connection', () => {
  it.each<[string, (end: ReturnType<typeof connectionEnd>) => void, object]>([
    ['in order', () => undefined, { state: 'closed', cause: 'both sides closed' }],
    ['that was meant', (end) => end.orderly('server exited'), { state: 'closed', cause: 'server exited' }],
    ['with something unread', (end) => end.partial(), { state: 'closed', inspection: 'partial' }],
    [
      'that was cut, for the first reason',
      (end) => {
        end.cut('one')
        end.cut('two')
      },
      { state: 'aborted', cause: 'one' },
    ],
    [
      'whose client broke it off under way',
      (end) => end.left('reset by server'),
      { state: 'aborted', cause: 'reset by server' },
    ],
  ])('%s comes after its last request’s', async (_, happen, expected) => {
    const end = connectionEnd()
    let ended = false
    void end.ended.then(() => {
      ended = true
    })
    end.requestBegins()
    happen(end)
    end.closed()
    await new Promise(setImmediate)
    expect([ended, end.open]).toEqual([false, 1])
    end.requestEnded()
    expect(await end.ended).toMatchObject(expected)
  })

  it('whose client broke it off when all was answered is in order', async () => {
    const end = connectionEnd()
    end.requestBegins()
    end.requestEnded()
    end.left('reset by server (ECONNRESET)')
    end.closed()
    expect(await end.ended).toEqual({ state: 'closed', cause: 'reset by server (ECONNRESET)' })
  })
})
