import { describe, expect, it } from 'vitest'
import { ClientState } from '../../../runtime/mcp/client-state.ts'
import { noFacts } from '../../../runtime/mcp/message-facts.ts'
import { Notifier } from '../../../runtime/mcp/notifier.ts'

function setUp() {
  const state = new ClientState()
  const port = { isReady: true, written: [] as string[] }
  const notifier = new Notifier(state, {
    ready: () => port.isReady,
    write: (line) => port.written.push(JSON.parse(line.toString()).params.data.n),
  })
  const initialized = () => state.fromClient({ ...noFacts(), method: 'notifications/initialized' })
  const request = (id: number, logLevel: string) =>
    state.fromClient({ ...noFacts(), id: String(id), method: 'x', protocolVersion: '2026-07-28', logLevel })
  return { state, port, notifier, initialized, request }
}

describe('Notifier', () => {
  it('sends at once to a client that takes it', () => {
    const { port, notifier, initialized } = setUp()
    initialized()
    expect(notifier.send('warning', { n: 1 })).toBe(true)
    expect(port.written).toEqual([1])
    expect(notifier.isWaiting).toBe(false)
  })

  it('refuses what is below the level', () => {
    const { port, notifier, initialized } = setUp()
    initialized()
    expect(notifier.send('info', { n: 1 })).toBe(false)
    notifier.flush()
    expect(port.written).toEqual([])
  })

  it('holds 64 until the handshake is over, then sends those at the level, in order', () => {
    const { port, notifier, initialized } = setUp()
    const results = Array.from({ length: 66 }, (_, n) => notifier.send(n % 2 ? 'info' : 'error', { n }))
    expect(results).toEqual([...Array(64).fill(true), false, false])
    notifier.flush()
    expect(port.written).toEqual([])
    initialized()
    notifier.flush()
    expect(port.written).toEqual(Array.from({ length: 32 }, (_, n) => n * 2))
    expect(notifier.isWaiting).toBe(false)
  })

  it('waits for the line at hand to end, and keeps the order', () => {
    const { port, notifier, initialized } = setUp()
    initialized()
    port.isReady = false
    expect(notifier.send('error', { n: 1 })).toBe(true)
    expect(notifier.send('error', { n: 2 })).toBe(true)
    expect(port.written).toEqual([])
    port.isReady = true
    expect(notifier.send('error', { n: 3 })).toBe(true)
    expect(port.written).toEqual([1, 2, 3])
  })

  it('sends only while a request that opted in is in flight', () => {
    const { state, port, notifier, request } = setUp()
    request(1, 'info')
    notifier.send('info', { n: 1 })
    state.fromServer({ ...noFacts(), isResponse: true, id: '1' })
    expect(notifier.send('info', { n: 2 })).toBe(true)
    expect(port.written).toEqual([1])
    request(2, 'info')
    notifier.flush()
    expect(port.written).toEqual([1, 2])
  })

  it('sends and holds nothing after its end', () => {
    const { port, notifier, initialized } = setUp()
    notifier.send('error', { n: 1 })
    notifier.close()
    initialized()
    notifier.flush()
    expect(notifier.send('error', { n: 2 })).toBe(false)
    expect(port.written).toEqual([])
  })
})
