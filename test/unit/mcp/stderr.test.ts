import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Speaker } from '../../../runtime/mcp/speaker.ts'
import { bridgeRig, collect, settle } from './bridge-rig.ts'

describe('the server’s stderr', () => {
  it.each([
    ['lines', 'a\nb\n', '[demo] a\n[demo] b\n'],
    ['a forged line', 'mcp-run: all is well\n', '[demo] mcp-run: all is well\n'],
    ['a line forged behind a carriage return', 'x\rmcp-run: well\n', '[demo] x\n[demo] mcp-run: well\n'],
    [
      'controls',
      '\u001b[2J\u001b]8;;http://x\u0007\u202e\n',
      '[demo] \\x1b[2J\\x1b]8;;http://x\\x07\\u{202e}\n',
    ],
    ['a line separator', 'a\u2028mcp-run: b\n', '[demo] a\\u{2028}mcp-run: b\n'],
    ['tabs', '\tat main.js\n', '[demo]     at main.js\n'],
  ])('%s', async (_name, text, expected) => {
    const { server, stderr } = bridgeRig()
    server.stderr.write(text)
    await settle()
    expect(stderr.text()).toBe(expected)
  })

  it('has each piece of a long line marked', async () => {
    const { server, stderr } = bridgeRig()
    server.stderr.write(`${'x'.repeat(20_000)}\n`)
    await settle()
    expect(
      stderr
        .text()
        .split('\n')
        .map((line) => line.length),
    ).toEqual([8199, 8199, 3623, 0])
  })

  it('waits 200 ms for the end of a line, and no longer', async () => {
    const { server, stderr, timers } = bridgeRig()
    server.stderr.write('Password')
    await settle()
    server.stderr.write(': ')
    await settle()
    expect(stderr.text()).toBe('')
    expect(timers.fire()).toEqual([200])
    await settle()
    expect(stderr.text()).toBe('[demo] Password: \n')
    server.stderr.write('x\n')
    await settle()
    expect(stderr.text()).toBe('[demo] Password: \n[demo] x\n')
    expect(timers.fire()).toEqual([])
  })

  it('has its last words passed on without a line end', async () => {
    const { server, bridge, stderr } = bridgeRig()
    server.stderr.end('panic')
    server.stdout.end()
    await bridge.done
    expect(stderr.text()).toBe('[demo] panic\n')
  })

  it('is escaped in the server’s name as well', async () => {
    const { server, stderr } = bridgeRig({ serverName: 'x]\nmcp-run: y' })
    server.stderr.write('a\n')
    await settle()
    expect(stderr.text()).toBe('[x]\\x0amcp-run: y] a\n')
  })

  it('is read no faster than mcp-run’s own stderr is', async () => {
    const held: (() => void)[] = []
    const stderr = new Writable({ write: (_chunk, _encoding, callback) => held.push(callback) })
    const { server } = bridgeRig({ client: { stdin: new PassThrough(), stdout: new PassThrough(), stderr } })
    server.stderr.write('x'.repeat(20_000))
    await settle()
    expect(server.stderr.isPaused()).toBe(true)
    while (held.length > 0) {
      held.shift()?.()
      await settle()
    }
    expect(server.stderr.isPaused()).toBe(false)
    const listeners = () => stderr.eventNames().map((name) => stderr.listenerCount(name))
    const before = listeners()
    for (let round = 0; round < 20; round++) {
      server.stderr.write('x'.repeat(20_000))
      await settle()
      while (held.length > 0) held.shift()?.()
      await settle()
    }
    expect(listeners()).toEqual(before)
  })

  it('is read on when mcp-run’s own stderr is gone', async () => {
    let fail: (error: Error) => void = () => {}
    const stderr = new Writable({
      write: (_chunk, _encoding, callback) => {
        fail = callback
      },
    })
    const { server } = bridgeRig({ client: { stdin: new PassThrough(), stdout: new PassThrough(), stderr } })
    server.stderr.write('x'.repeat(20_000))
    await settle()
    fail(new Error('write EPIPE'))
    await settle()
    for (let at = 0; at < 20; at++) server.stderr.write('y'.repeat(20_000))
    await settle()
    expect(server.stderr.readableLength).toBe(0)
  })
})

describe('Speaker', () => {
  it('says one escaped line', async () => {
    const stream = new PassThrough()
    const said = collect(stream)
    new Speaker(stream).say('denied\n[demo] x\u001b[0m')
    await settle()
    expect(said.text()).toBe('mcp-run: denied\\x0a[demo] x\\x1b[0m\n')
  })

  it('is bounded when no one reads, and counts what it left out', async () => {
    const stream = new PassThrough()
    const speaker = new Speaker(stream)
    for (let at = 0; at < 5000; at++) speaker.say('x'.repeat(1000))
    expect(stream.writableLength + stream.readableLength).toBeLessThan(1.2 * 1024 * 1024)
    const said = collect(stream)
    await settle()
    const lines = said.text().trimEnd().split('\n')
    const left = /^mcp-run: (\d+) lines were not shown/.exec(lines.at(-1) as string)
    expect(lines.length - 1 + Number(left?.[1])).toBe(5000)
  })
})
