import { once } from 'node:events'
import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { bridgeRig, INITIALIZED, settle } from './bridge-rig.ts'

const brokenPipe = () => Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })

describe('ends', () => {
  it('a client whose stdout is gone: the server’s stdin ends, its output is thrown away', async () => {
    const stdout = new Writable({ write: (_chunk, _encoding, callback) => callback(brokenPipe()) })
    const { server, bridge } = bridgeRig({
      client: { stdin: new PassThrough(), stdout, stderr: new PassThrough() },
    })
    server.stdout.write('{"a":1}\n')
    expect(await bridge.done).toEqual({ reason: 'client-gone' })
    await bridge.clientClosed
    expect(server.stdin.writableEnded).toBe(true)
    for (let at = 0; at < 100; at++) server.stdout.write(Buffer.alloc(16 * 1024))
    await settle()
    expect(server.stdout.readableLength).toBe(0)
    expect(bridge.notify('error', {})).toBe(false)
  })

  it('a client that goes while the last bytes are on their way', async () => {
    let broken: (error: Error) => void = () => {}
    const stdout = new Writable({
      write: (_chunk, _encoding, callback) => {
        broken = callback
      },
    })
    const { server, bridge } = bridgeRig({
      client: { stdin: new PassThrough(), stdout, stderr: new PassThrough() },
    })
    server.stdout.end('{"a":1}\n')
    await settle()
    broken(brokenPipe())
    expect(await bridge.done).toEqual({ reason: 'client-gone' })
  })

  it('a client that goes while the server is held back', async () => {
    let broken: (error: Error) => void = () => {}
    const stdout = new Writable({
      write: (_chunk, _encoding, callback) => {
        broken = callback
      },
    })
    const { server, bridge } = bridgeRig({
      client: { stdin: new PassThrough(), stdout, stderr: new PassThrough() },
    })
    for (let at = 0; at < 10; at++) server.stdout.write(Buffer.alloc(16 * 1024))
    await settle()
    expect(server.stdout.isPaused()).toBe(true)
    broken(brokenPipe())
    expect(await bridge.done).toEqual({ reason: 'client-gone' })
    await settle()
    expect(server.stdout.readableLength).toBe(0)
  })

  it('a client whose stdout was closed before the start', async () => {
    const stdout = new PassThrough()
    await once(stdout.destroy(), 'close')
    const { bridge } = bridgeRig({ client: { stdin: new PassThrough(), stdout, stderr: new PassThrough() } })
    expect(await bridge.done).toEqual({ reason: 'client-gone' })
  })

  it('a server that closes its stdin: quiet, its output goes on, the client’s end is still seen', async () => {
    const rig = bridgeRig()
    rig.server.stdin.destroy(brokenPipe())
    for (let at = 0; at < 50; at++) rig.client.stdin.write(`{"x":"${'x'.repeat(16_384)}"}\n`)
    rig.server.stdout.write('{"a":1}\n')
    rig.client.stdin.end()
    await rig.bridge.clientClosed
    await settle()
    expect(rig.toClient.text()).toBe('{"a":1}\n')
    expect(rig.stderr.text()).toBe('')
  })

  it.each(['end', 'destroy', 'error'])('a server whose stdout ends by %s', async (how) => {
    const { server, bridge, toClient } = bridgeRig()
    server.stdout.write('{"a":1}\n')
    await settle()
    server.stderr.end()
    if (how === 'end') server.stdout.end()
    else server.stdout.destroy(how === 'error' ? new Error('read EIO') : undefined)
    expect(await bridge.done).toEqual({ reason: 'server-ended' })
    expect(toClient.text()).toBe('{"a":1}\n')
  })

  it.each(['end', 'destroy', 'error'])('a client whose stdin ends by %s', async (how) => {
    const { client, server, bridge } = bridgeRig()
    if (how === 'end') client.stdin.end()
    else client.stdin.destroy(how === 'error' ? new Error('read EIO') : undefined)
    await bridge.clientClosed
    expect(server.stdin.writableEnded).toBe(true)
  })

  it('waits a bounded time for the last words on stderr', async () => {
    const { server, bridge, stderr, timers } = bridgeRig()
    let isDone = false
    bridge.done.then(() => {
      isDone = true
    })
    server.stdout.end()
    await settle()
    server.stderr.write('panic: x\n')
    await settle()
    expect(isDone).toBe(false)
    expect(timers.fire()).toEqual([500])
    await bridge.done
    expect(stderr.text()).toBe('[demo] panic: x\n')
  })

  it('reads no more of the client once the server has ended', async () => {
    const { client, server, bridge, toServer } = bridgeRig()
    server.stderr.end()
    server.stdout.end()
    await bridge.done
    client.stdin.write(INITIALIZED)
    await settle()
    expect(toServer.text()).toBe('')
  })
})
