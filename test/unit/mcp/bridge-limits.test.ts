import { PassThrough, Readable, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { bridgeRig, INITIALIZED, notice, settle } from './bridge-rig.ts'

describe('what is not JSON-RPC or not UTF-8', () => {
  it('is passed on and warned of once in each direction', async () => {
    const { client, server, toClient, toServer, stderr } = bridgeRig()
    const output = Buffer.from('Listening\u001b[0m\n{"a":1}\nmore\n\n\xff\xfe\n\xff\n', 'latin1')
    server.stdout.write(output)
    client.stdin.write('hello\nhello\n')
    await settle()
    expect(toClient.bytes()).toEqual(output)
    expect(toServer.text()).toBe('hello\nhello\n')
    const lines = stderr.text().trimEnd().split('\n').sort()
    expect(lines).toEqual([
      "mcp-run: the client's input has a line that is not JSON-RPC; passed on unchanged, said once; it begins: hello",
      "mcp-run: the server's stdout has a line that is not JSON-RPC; passed on unchanged, said once; it begins: Listening\\x1b[0m",
      "mcp-run: the server's stdout is not valid UTF-8; passed on unchanged, said once",
    ])
  })

  it('is nothing said of when there is none', async () => {
    const { client, server, bridge, stderr } = bridgeRig()
    server.stdout.write(Buffer.from('{"a":"€'))
    client.stdin.end('{"id":1,"method":"x"}\n\n')
    server.stderr.end()
    server.stdout.end('€"}\r\n')
    await bridge.done
    expect(stderr.text()).toBe('')
  })

  it('is noticed in a last line without an end', async () => {
    const { server, bridge, stderr } = bridgeRig()
    server.stderr.end()
    server.stdout.end(Buffer.from([0x7b, 0x22, 0xe2, 0x82]))
    await bridge.done
    expect(stderr.text()).toContain('not JSON-RPC')
    expect(stderr.text()).toContain('not valid UTF-8')
  })
})

describe('a line that is too long', () => {
  it('ends the session when the server writes it', async () => {
    const { client, server, bridge, toClient, stderr } = bridgeRig({ maxLineBytes: 1024 * 1024 })
    client.stdin.write(INITIALIZED)
    server.stdout.write('{"a":1}\n')
    for (let at = 0; at < 40; at++) server.stdout.write(Buffer.alloc(32 * 1024, 'x'))
    const outcome = await bridge.done
    expect(outcome).toEqual({ reason: 'line-too-long', direction: 'to-client', maxLineBytes: 1024 * 1024 })
    expect(stderr.text()).toBe('mcp-run: the server wrote a line of more than 1 MiB; the session is ended\n')
    expect(toClient.bytes().length).toBe(8 + 1024 * 1024)
    expect(server.stdout.destroyed).toBe(true)
    expect(server.stdin.destroyed).toBe(true)
    expect(bridge.notify('error', {})).toBe(false)
  })

  it('ends the session when the client sends it, and the client is told', async () => {
    const { client, bridge, toClient, toServer, stderr } = bridgeRig({ maxLineBytes: 100 })
    client.stdin.write(`${INITIALIZED}{"id":1}\n${'x'.repeat(101)}\n{"id":2}\n`)
    const outcome = await bridge.done
    expect(outcome).toEqual({ reason: 'line-too-long', direction: 'to-server', maxLineBytes: 100 })
    const message = 'the client sent a line of more than 100 bytes; the session is ended'
    await settle()
    expect(stderr.text()).toBe(`mcp-run: ${message}\n`)
    expect(toServer.text()).toBe(`${INITIALIZED}{"id":1}\n`)
    expect(toClient.text()).toBe(notice('error', { event: 'line-too-long', message }))
  })

  it('may be as long as the limit', async () => {
    const { server, bridge, toClient } = bridgeRig({ maxLineBytes: 100 })
    server.stdout.write(`${'x'.repeat(100)}\n`.repeat(3))
    server.stderr.end()
    server.stdout.end('x'.repeat(100))
    expect(await bridge.done).toEqual({ reason: 'server-ended' })
    expect(toClient.bytes().length).toBe(403)
  })
})

describe('back-pressure', () => {
  /** Takes chunks and lets go of each only when told. */
  function heldWritable() {
    const held: (() => void)[] = []
    const taken: Buffer[] = []
    const stream = new Writable({
      write(chunk, _encoding, callback) {
        taken.push(chunk)
        held.push(callback)
      },
    })
    return { stream, taken, release: () => held.shift()?.() }
  }

  function endless() {
    const given = { chunks: 0 }
    const stream = new Readable({
      highWaterMark: 1,
      read() {
        given.chunks++
        this.push(Buffer.from(`${'y'.repeat(16 * 1024 - 1)}\n`))
      },
    })
    return { stream, given }
  }

  it.each(['to-client', 'to-server'])('stops reading while what is %s is not taken', async (direction) => {
    const source = endless()
    const sink = heldWritable()
    const isToClient = direction === 'to-client'
    const other = () => new PassThrough()
    const rig = bridgeRig({
      client: {
        stdin: isToClient ? other() : source.stream,
        stdout: isToClient ? sink.stream : other(),
        stderr: new PassThrough(),
      },
      server: {
        stdin: isToClient ? other() : sink.stream,
        stdout: isToClient ? source.stream : other(),
        stderr: other(),
      },
    })
    await settle()
    const stalled = source.given.chunks
    expect(stalled).toBeLessThan(6)
    await settle()
    expect(source.given.chunks).toBe(stalled)
    for (let round = 0; round < 20; round++) {
      sink.release()
      await settle()
    }
    expect(sink.taken.length).toBeGreaterThanOrEqual(20)
    expect(source.given.chunks).toBeLessThan(sink.taken.length + 6)
    rig.bridge.say('')
  })

  it('holds notifications too, at most 64, and sends them when there is room', async () => {
    const sink = heldWritable()
    const stdin = new PassThrough()
    const { server, bridge } = bridgeRig({
      client: { stdin, stdout: sink.stream, stderr: new PassThrough() },
    })
    stdin.write(INITIALIZED)
    server.stdout.write(`{"a":"${'x'.repeat(20_000)}"}\n`)
    await settle()
    const results = Array.from({ length: 65 }, (_, n) => bridge.notify('error', { n }))
    expect(results.indexOf(false)).toBe(64)
    expect(sink.taken.length).toBe(1)
    for (let round = 0; round < 70; round++) {
      sink.release()
      await settle()
    }
    expect(sink.taken.slice(1).map(String).join('')).toBe(
      Array.from({ length: 64 }, (_, n) => notice('error', { n })).join(''),
    )
  })
})
