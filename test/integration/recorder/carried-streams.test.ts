import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dial } from '../../../runtime/recorder/dial.ts'
import type { StreamMessage } from '../../../runtime/recorder/remote/messages.ts'
import { carriedStreams, type DialPort } from '../../../runtime/recorder/remote/streams.ts'
import { jsonChannel } from '../../../runtime/tap/channel.ts'

let server: Server
let port: number
let accept: (socket: Socket) => void
const over = new AbortController()
const wires: PassThrough[] = []
let reach: DialPort
let back: DialPort

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => accept(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as { port: number }).port
  const [there, here] = [new PassThrough(), new PassThrough()]
  wires.push(there, here)
  const serve: DialPort = async (asked) =>
    asked === port ? dial(['127.0.0.1'], asked, over.signal) : { ok: false, code: 'EACCES' }
  const far = jsonChannel(there, here).as<StreamMessage, StreamMessage>()
  const near = jsonChannel(here, there).as<StreamMessage, StreamMessage>()
  back = carriedStreams(far, 'host', serve)
  reach = carriedStreams(near, 'recorder', serve)
})
afterEach(() => {
  server.close()
  for (const wire of wires.splice(0)) wire.destroy()
})

async function open(dialled: DialPort): Promise<Socket> {
  const result = await dialled(port)
  if (!result.ok) throw new Error(result.code)
  return result.socket
}

/** Reads to the end without ending the other direction, as iterating would. */
function allOf(socket: Socket): Promise<string> {
  let all = ''
  socket.on('data', (chunk) => {
    all += chunk
  })
  return once(socket, 'end').then(() => all)
}

describe('a connection over a channel', () => {
  it.each(['recorder', 'host'])(
    'carries bytes both ways and each end by itself, asked for by the %s',
    async (side) => {
      accept = async (socket) => {
        socket.end(`you said ${await allOf(socket)}`)
      }
      const socket = await open(side === 'recorder' ? reach : back)
      socket.end('hello')
      expect(await text(socket)).toBe('you said hello')
    },
  )

  it('brings what the far side says first', async () => {
    accept = (socket) => socket.end('220 ready\r\n')
    expect(await text(await open(reach))).toBe('220 ready\r\n')
  })

  it('carries much, and only as fast as it is taken', async () => {
    const size = 8 * 1024 * 1024
    accept = (socket) => socket.end(Buffer.alloc(size, 'x'))
    const socket = await open(reach)
    let received = 0
    for await (const chunk of socket) {
      received += (chunk as Buffer).length
      expect(wires[1]?.writableLength ?? 0).toBeLessThan(4 * 1024 * 1024)
    }
    expect(received).toBe(size)
  })

  it('resets what is reset', async () => {
    let reset = (): void => undefined
    accept = (socket) => {
      reset = () => void socket.resetAndDestroy()
      socket.write('ready')
    }
    const socket = await open(reach)
    await once(socket, 'data')
    const closed = once(socket, 'error')
    reset()
    expect(await closed).toMatchObject([{ code: 'ECONNRESET' }])
  })

  it('keeps several apart', async () => {
    accept = async (socket) => socket.end((await allOf(socket)).toUpperCase())
    const sockets = await Promise.all(Array.from({ length: 20 }, () => open(reach)))
    for (const [index, socket] of sockets.entries()) socket.end(`n${index}`)
    expect(await Promise.all(sockets.map((socket) => text(socket)))).toEqual(
      sockets.map((_, index) => `N${index}`),
    )
  })

  it('says why there is none', async () => {
    expect(await reach(port === 1 ? 2 : 1)).toEqual({ ok: false, code: 'EACCES' })
    server.close()
    expect(await reach(port)).toMatchObject({ ok: false, code: 'ECONNREFUSED' })
  })

  it('gives up where the channel ends', async () => {
    accept = () => undefined
    const asked = reach(port)
    for (const wire of wires) wire.destroy()
    expect(await asked).toEqual({ ok: false, code: 'ECONNABORTED' })
  })
})
