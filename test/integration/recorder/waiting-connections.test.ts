import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { type CaptureOptions, serveCapture } from '../../../runtime/recorder/capture.ts'
import { serveDnsTcp } from '../../../runtime/recorder/dns-tcp.ts'
import { bind, checked, getsockname, listen, socket } from '../../../runtime/tap/libc.ts'

const CLIENTS = 200
const [AF_INET, SOCK_STREAM, SOCK_NONBLOCK] = [2, 1, 0o4000]

let clients: Socket[] = []
afterEach(() => {
  for (const client of clients) client.destroy()
  clients = []
})

/** A listening socket to which all clients are connected, and of which nobody has accepted one. */
async function crowded(): Promise<number> {
  const fd = checked('socket', socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0))
  const address = Buffer.from([AF_INET, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
  checked('bind', bind(fd, address, address.length))
  checked('listen', listen(fd, CLIENTS))
  checked('getsockname', getsockname(fd, address, Buffer.from([address.length, 0, 0, 0])))
  clients = Array.from({ length: CLIENTS }, () => connect(address.readUInt16BE(2), '127.0.0.1'))
  for (const client of clients) client.on('error', () => undefined)
  await Promise.all(clients.map((client) => client.connecting && once(client, 'connect')))
  return fd
}

it('connections that wait when a session is cut are counted', async () => {
  const fd = await crowded()
  let counted = 0
  const gaps = { add: (_: string, count = 1) => (counted += count) }
  const context = { clock: Date.now, onFailure: () => undefined }
  const capture = serveCapture(fd, { context, gaps } as unknown as CaptureOptions)
  await capture.cut('session ended')
  expect(counted).toBe(CLIENTS)
})

it('questions over TCP that wait then are counted', async () => {
  const fd = await crowded()
  let counted = 0
  const dns = serveDnsTcp(
    fd,
    async () => null,
    () => counted++,
  )
  await dns.close()
  expect(counted).toBe(CLIENTS)
})
