import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { a } from '../fixtures/internet/records.ts'
import { product, USERS } from '../fixtures/product/product.ts'
import { KIT } from './rig/barrage.ts'
import { readHistory, readRequests } from './rig/history.ts'
import { type InspectedWorld, inspectedWorld } from './rig/inspected-world.ts'
import { runToEnd } from './rig/run-to-end.ts'

const HOST = 'api.inside.test'
const PLACE = '203.0.113.140'
const UPGRADE = [
  'GET /ws HTTP/1.1',
  `Host: ${HOST}`,
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
].join('\r\n')
const ACCEPTED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
const FRAMES = 3000

let world: InspectedWorld
beforeAll(async () => {
  world = await inspectedWorld([HOST], [])
  // Agrees, then gives back twice what comes.
  const echo = (socket: Socket): void => {
    socket.once('data', (head: Buffer) => {
      socket.write(ACCEPTED)
      const twice = (bytes: Buffer): void =>
        void (bytes.length > 0 && socket.write(Buffer.concat([bytes, bytes])))
      twice(head.subarray(head.indexOf('\r\n\r\n') + 4))
      socket.on('data', twice).on('end', () => socket.end())
    })
  }
  await world.internet.serve({ address: PLACE, port: 443, tls: true }, echo)
  world.internet.setRecords(HOST, [a(PLACE)])
})
afterAll(() => world?.internet.close())

describe.each(USERS)('as %s', (user) => {
  it('row 30: a declared WebSocket passes, is counted both ways, and is never told as read', async () => {
    const mcp = product(world.internet, { user, env: { NODE_EXTRA_CA_CERTS: world.trusted } })
    const profile = mcp.profile(
      'p',
      `name: p\negress: [{ host: ${HOST}, inspect: required, requests: [GET /ws] }]\nfiles: { read: [${KIT}] }\n`,
    )
    const words = [`${UPGRADE}\r\n\r\n`, 'x'.repeat(FRAMES)].map((text) => Buffer.from(text).toString('hex'))
    const script = `echo ${words.join(' ')} | node ${KIT}/tls.cjs ${HOST} 443`
    const result = await runToEnd(mcp.spawn(['--profile', profile, '--', 'sh', '-c', script]), 30_000)
    expect(result.stdout).toContain('101 Switching Protocols')
    expect(await readRequests(mcp, 'p')).toMatchObject([
      {
        path: '/ws',
        status: 101,
        action: 'allowed',
        inspection: 'partial',
        bytesSent: FRAMES,
        bytesReceived: 2 * FRAMES,
      },
    ])
    expect((await readHistory(mcp, 'p')).flows).toMatchObject([{ action: 'allowed', inspection: 'partial' }])
  })
})
