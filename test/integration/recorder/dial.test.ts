import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dial } from '../../../runtime/recorder/dial.ts'

/** Addresses of the loopback on one port: who listens there, and who does not. */
const LISTENING = ['127.0.0.2', '::1']
const CLOSED = ['127.0.0.3', '127.0.0.4']

let servers: Server[]
let accepted: string[]
let port: number
const sockets: Socket[] = []
beforeAll(async () => {
  accepted = []
  servers = []
  port = 0
  for (const host of LISTENING) {
    const server = createServer((socket) => {
      sockets.push(socket)
      accepted.push(socket.localAddress ?? '')
    })
    server.listen(port, host)
    await once(server, 'listening')
    port = (server.address() as { port: number }).port
    servers.push(server)
  }
})
afterAll(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers) server.close()
})
const never = () => new AbortController().signal

describe('dial', () => {
  it.each([
    ['the first that is given', ['127.0.0.2', '::1'], '127.0.0.2'],
    ['the first that is given, of IPv6', ['::1', '127.0.0.2'], '::1'],
    ['the next where one refuses', ['127.0.0.3', '127.0.0.2'], '127.0.0.2'],
    ['the other family before another of the same', ['127.0.0.3', '127.0.0.4', '::1'], '::1'],
  ])('takes %s', async (_, addresses, expected) => {
    const result = await dial(addresses, port, never())
    if (!result.ok) throw new Error(result.code)
    sockets.push(result.socket)
    expect(result.address).toBe(expected)
    expect(result.socket.remoteAddress).toBe(expected)
  })

  it('says why none was reached', async () => {
    expect(await dial(CLOSED, port, never())).toEqual({ ok: false, code: 'ECONNREFUSED' })
    expect(await dial([], port, never())).toEqual({ ok: false, code: 'EHOSTUNREACH' })
  })

  it('gives up when the session is over, before or while it dials', async () => {
    const over = new AbortController()
    const dialling = dial(LISTENING, port, over.signal)
    over.abort()
    expect(await dialling).toEqual({ ok: false, code: 'ECANCELED' })
    expect(await dial(LISTENING, port, over.signal)).toEqual({ ok: false, code: 'ECANCELED' })
  })
})
