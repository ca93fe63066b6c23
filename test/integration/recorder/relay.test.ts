import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Relay, type RelayEnd, relay } from '../../../runtime/recorder/relay.ts'

/** client <-> [near, far] <-> destination: the relay has the two in the middle. */
interface Line {
  readonly client: Socket
  readonly near: Socket
  readonly far: Socket
  readonly destination: Socket
}

let listeners: Server[]
let sockets: Socket[]
beforeEach(() => {
  listeners = []
  sockets = []
})
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const listener of listeners) listener.close()
})

async function pair(): Promise<[Socket, Socket]> {
  const listener = createServer({ allowHalfOpen: true, pauseOnConnect: true })
  listeners.push(listener)
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  const made = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const [accepted] = (await once(listener, 'connection')) as [Socket]
  for (const socket of [made, accepted]) socket.on('error', () => undefined)
  sockets.push(made, accepted)
  return [made, accepted]
}

async function line(): Promise<Line> {
  const [client, near] = await pair()
  const [far, destination] = await pair()
  return { client, near, far, destination }
}

const start = ({ near, far }: Line): Relay => relay(near, far, Buffer.alloc(0), false)

describe('relay', () => {
  it('ends when both sides have ended, with all bytes carried and counted', async () => {
    const ends = await line()
    const carried = start(ends)
    const got: Buffer[] = []
    ends.destination.on('data', (chunk) => got.push(chunk))
    ends.destination.on('end', () => ends.destination.end('answer'))
    ends.destination.resume()
    ends.client.resume()
    ends.client.end('question')
    expect(await carried.ended).toEqual({ state: 'closed', cause: 'both sides closed' })
    expect(Buffer.concat(got).toString()).toBe('question')
    expect(carried.counts()).toEqual({ bytesSent: 8, bytesReceived: 6 })
  })

  /** What each end does at once with what the other one does; a reset while a shutdown is under way hung once. */
  const ways: readonly [string, (ends: Line, carried: Relay) => void, Partial<RelayEnd>][] = [
    ['the destination resets', ({ destination }) => destination.resetAndDestroy(), { state: 'aborted' }],
    ['the client resets', ({ client }) => client.resetAndDestroy(), { state: 'aborted' }],
    ['the session ends', (_, carried) => carried.abort('session ended'), { cause: 'session ended' }],
  ]
  describe.each(ways)('when %s', (_, cut, expected) => {
    it('ends, with nothing under way', async () => {
      const ends = await line()
      const carried = start(ends)
      cut(ends, carried)
      expect(await carried.ended).toMatchObject({ state: 'aborted', ...expected })
    })

    it('ends while a side is being shut down', async () => {
      const ends = await line()
      const carried = start(ends)
      ends.near.once('end', () => cut(ends, carried))
      ends.far.once('end', () => cut(ends, carried))
      ends.client.end('last words')
      ends.destination.end()
      ends.client.resume()
      ends.destination.resume()
      const { cause } = await carried.ended
      expect(cause).not.toBe('')
      expect([ends.near.closed, ends.far.closed]).toEqual([true, true])
    })

    it('ends while neither side takes what is sent to it', async () => {
      const ends = await line()
      const carried = start(ends)
      const block = Buffer.alloc(16 * 1024 * 1024)
      ends.client.write(block)
      ends.destination.write(block)
      await Promise.all([full(ends.near), full(ends.far)])
      cut(ends, carried)
      expect(await carried.ended).toMatchObject({ state: 'aborted' })
      expect([ends.near.closed, ends.far.closed]).toEqual([true, true])
    })
  })

  it('lets the other side know of a reset', async () => {
    const ends = await line()
    const carried = start(ends)
    const code = new Promise((resolve) =>
      ends.client.once('error', (error: NodeJS.ErrnoException) => resolve(error.code)),
    )
    ends.client.resume()
    ends.destination.resetAndDestroy()
    expect(await code).toBe('ECONNRESET')
    expect(await carried.ended).toMatchObject({ cause: 'reset by destination (ECONNRESET)' })
  })
})

/** The relay has stopped reading from it, since the other side takes no more. */
async function full(socket: Socket): Promise<void> {
  while (!socket.isPaused()) await new Promise(setImmediate)
}
