import { describe, expect, it } from 'vitest'
import { bridgeRig, INITIALIZED, notice, settle } from './bridge-rig.ts'

const LINES = '{"a":"é€😀"}\r\n\n[{"b":1}]\n{"c":"'

describe('startBridge', () => {
  it('passes each chunk on at once, whole line or not', async () => {
    const { client, server, toServer, toClient } = bridgeRig()
    client.stdin.write('{"half')
    server.stdout.write('{"other half')
    await settle()
    expect(toServer.text()).toBe('{"half')
    expect(toClient.text()).toBe('{"other half')
  })

  it('ends the server’s stdin after the client’s, and goes on with its output', async () => {
    const { client, server, bridge, toServer, toClient } = bridgeRig()
    client.stdin.end('last')
    await bridge.clientClosed
    expect(server.stdin.writableEnded).toBe(true)
    server.stdout.write('{"answer":1}\n')
    await settle()
    expect(toServer.text()).toBe('last')
    expect(toClient.text()).toBe('{"answer":1}\n')
    server.stderr.end()
    server.stdout.end('tail')
    expect(await bridge.done).toEqual({ reason: 'server-ended' })
    expect(toClient.text()).toBe('{"answer":1}\ntail')
    expect(client.stdout.writableEnded).toBe(false)
  })

  it('puts a notification after the line at hand, wherever the line is cut', async () => {
    const bytes = Buffer.from(LINES)
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { client, server, bridge, toClient } = bridgeRig()
      client.stdin.write(INITIALIZED)
      server.stdout.write(bytes.subarray(0, cut))
      await settle()
      expect(bridge.notify('warning', { cut })).toBe(true)
      server.stdout.write(bytes.subarray(cut))
      await settle()
      const atStart = cut === 0 || bytes[cut - 1] === 0x0a
      const boundary = atStart ? cut : bytes.indexOf(0x0a, cut) + 1
      const message = boundary > 0 || cut === 0 ? notice('warning', { cut }) : ''
      const place = message === '' ? bytes.length : boundary
      expect(toClient.text()).toBe(
        `${bytes.subarray(0, place).toString()}${message}${bytes.subarray(place).toString()}`,
      )
    }
  })

  it('puts a notification between two lines of one chunk', async () => {
    const { client, server, bridge, toClient } = bridgeRig()
    client.stdin.write(INITIALIZED)
    server.stdout.write('{"a"')
    await settle()
    bridge.notify('error', { n: 1 })
    bridge.notify('error', { n: 2 })
    server.stdout.write(':1}\n{"b":2}\n{"c"')
    await settle()
    expect(toClient.text()).toBe(
      `{"a":1}\n${notice('error', { n: 1 })}${notice('error', { n: 2 })}{"b":2}\n{"c"`,
    )
  })

  it('drops what waits for a line that never ends', async () => {
    const { client, server, bridge, toClient } = bridgeRig()
    client.stdin.write(INITIALIZED)
    server.stdout.write('{"a"')
    await settle()
    bridge.notify('error', { n: 1 })
    server.stderr.end()
    server.stdout.end()
    await bridge.done
    expect(toClient.text()).toBe('{"a"')
  })

  it('still sends a notification once the server has ended', async () => {
    const { client, server, bridge, toClient } = bridgeRig()
    client.stdin.write(INITIALIZED)
    server.stderr.end()
    server.stdout.end('{"a":1}\n')
    await bridge.done
    expect(bridge.notify('error', { n: 1 })).toBe(true)
    await settle()
    expect(toClient.text()).toBe(`{"a":1}\n${notice('error', { n: 1 })}`)
  })

  it('holds notifications until the client has initialized', async () => {
    const { client, server, bridge, toClient } = bridgeRig()
    expect(bridge.notify('warning', { n: 1 })).toBe(true)
    server.stdout.write(INITIALIZED)
    client.stdin.write('{"id":0,"method":"initialize"}\n')
    await settle()
    expect(toClient.text()).toBe(INITIALIZED)
    client.stdin.write(INITIALIZED.slice(0, 20))
    client.stdin.write(INITIALIZED.slice(20))
    await settle()
    expect(toClient.text()).toBe(INITIALIZED + notice('warning', { n: 1 }))
  })

  it('sends in 2026-07-28 only between a request that opted in and its answer', async () => {
    const { client, server, bridge, toClient } = bridgeRig()
    const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }
    const request = (id: number, logLevel?: string) => {
      const _meta = { ...meta, ...(logLevel && { 'io.modelcontextprotocol/logLevel': logLevel }) }
      client.stdin.write(`${JSON.stringify({ id, method: 'tools/call', params: { _meta } })}\n`)
    }
    const answer = (id: number) => `${JSON.stringify({ result: { text: 'x'.repeat(100_000) }, id })}\n`
    request(1)
    await settle()
    bridge.notify('info', { n: 1 })
    await settle()
    expect(toClient.text()).toBe('')
    server.stdout.write('{"begun":')
    request(2, 'info')
    await settle()
    expect(toClient.text()).toBe('{"begun":')
    server.stdout.write('{"id":2,"result":0}}\n')
    await settle()
    expect(toClient.text()).toBe(`{"begun":{"id":2,"result":0}}\n${notice('info', { n: 1 })}`)
    server.stdout.write(answer(2))
    await settle()
    const before = toClient.text()
    expect(bridge.notify('error', { n: 2 })).toBe(true)
    await settle()
    expect(toClient.text()).toBe(before)
    request(3, 'critical')
    request(4, 'error')
    await settle()
    expect(toClient.text()).toBe(before)
    request(5, 'error')
    bridge.notify('error', { n: 3 })
    await settle()
    expect(toClient.text()).toBe(before + notice('error', { n: 3 }))
  })

  it('shows observers every line, bounded, after it was passed on', async () => {
    const seen: [string, string, number][] = []
    const rig = bridgeRig({
      onLine: (direction, line, length) => {
        seen.push([direction, line.toString('utf8', 0, 12), length])
        if (direction === 'to-client') expect(line.length).toBeLessThanOrEqual(65536)
      },
    })
    rig.client.stdin.write('{"id":1}\r\n{"id"')
    rig.client.stdin.end(':2}')
    rig.server.stdout.write(`{"big":"${'x'.repeat(200_000)}"}\n`)
    rig.server.stderr.end()
    rig.server.stdout.end('{"end":1}')
    await rig.bridge.done
    expect(seen.filter(([direction]) => direction === 'to-server')).toEqual([
      ['to-server', '{"id":1}\r', 9],
      ['to-server', '{"id":2}', 8],
    ])
    expect(seen.filter(([direction]) => direction === 'to-client')).toEqual([
      ['to-client', '{"big":"xxxx', 200_010],
      ['to-client', '{"end":1}', 9],
    ])
  })

  it('lets an observer notify', async () => {
    const rig = bridgeRig({
      onLine: (direction, line) => {
        if (direction === 'to-client') rig.bridge.notify('error', { saw: line.length })
      },
    })
    rig.client.stdin.write(INITIALIZED)
    await settle()
    rig.server.stdout.write('{"a":1}\n{"b":2}\n')
    await settle()
    const messages = notice('error', { saw: 7 }).repeat(2)
    expect(rig.toClient.text()).toBe(`{"a":1}\n{"b":2}\n${messages}`)
  })
})
