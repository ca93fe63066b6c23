import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BYTE_SERVER, buildBridge, memoryOf, startBridgeProcess } from '../../fixtures/mcp/bridge-process.ts'
import { seededChunks } from '../../fixtures/mcp/seeded.mjs'

const MB = 1024 * 1024

let bridge: Awaited<ReturnType<typeof buildBridge>>
beforeAll(async () => {
  bridge = await buildBridge()
})
afterAll(() => bridge.remove())

const seeded = (seed: number, bytes: number) => Readable.from(seededChunks(seed, bytes))

async function digestOf(stream: AsyncIterable<Buffer>): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of stream) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
}

describe('bytes through the bridge', () => {
  it('come out as they went in, 200 MB both ways at once, and memory does not grow', async () => {
    const { child, ended, stderr } = startBridgeProcess(bridge.main, [BYTE_SERVER, 'echo'])
    const expected = digestOf(seeded(1, 200 * MB))
    const sent = pipeline(seeded(1, 200 * MB), child.stdin)
    const marks: number[] = []
    let received = 0
    async function* watched() {
      for await (const chunk of child.stdout) {
        received += chunk.length
        if (received > (marks.length + 1) * 20 * MB) marks.push(memoryOf(child.pid as number).now)
        yield chunk
      }
    }
    const digest = await digestOf(watched())
    await sent
    expect(digest).toEqual(await expected)
    const { end, exitCode } = await ended
    expect({ exitCode, end }).toMatchObject({
      exitCode: 0,
      end: { reason: 'server-ended', stopped: 'exited' },
    })
    expect(marks.length).toBe(9)
    // What a process keeps would show as 20 MB from mark to mark.
    expect(Math.max(...marks.slice(4))).toBeLessThan(Math.max(...marks.slice(0, 4)) + 30)
    expect(end?.maxRssMb).toBeLessThan(150)
    expect(stderr().match(/not valid UTF-8/g)?.length).toBe(2)
    expect(stderr().match(/not JSON-RPC/g)?.length).toBe(2)
  })

  it('are held back for a reader that is slow', async () => {
    const { child, ended } = startBridgeProcess(bridge.main, [BYTE_SERVER, 'source', '2', String(150 * MB)])
    // One small read at a time, each after a turn of the loop: much slower than the source.
    async function* slowly() {
      for await (const chunk of child.stdout) {
        await new Promise((resolve) => setImmediate(resolve))
        yield chunk
      }
    }
    expect(await digestOf(slowly())).toEqual(await digestOf(seeded(2, 150 * MB)))
    const { end } = await ended
    expect(end).toMatchObject({ reason: 'server-ended', stopped: 'exited' })
    expect(end?.maxRssMb).toBeLessThan(150)
  })

  it('are all there when the client ends its input and the server then answers', async () => {
    const { child, ended } = startBridgeProcess(bridge.main, [BYTE_SERVER, 'digest'])
    const sent = pipeline(seeded(3, 20 * MB), child.stdin)
    const answers = await child.stdout.toArray()
    await sent
    expect(JSON.parse(Buffer.concat(answers).toString())).toEqual(await digestOf(seeded(3, 20 * MB)))
    expect((await ended).end).toMatchObject({ reason: 'server-ended', stopped: 'exited' })
  })
})

describe('a line without an end', () => {
  it('of 1 GB from the server ends the session, in bounded memory', async () => {
    const { child, ended, stderr } = startBridgeProcess(bridge.main, [
      BYTE_SERVER,
      'one-line',
      String(1024 * MB),
    ])
    const { bytes } = await digestOf(child.stdout)
    const { end } = await ended
    expect(end).toMatchObject({ reason: 'line-too-long', direction: 'to-client' })
    expect(stderr()).toContain('mcp-run: the server wrote a line of more than 64 MiB; the session is ended\n')
    expect(bytes).toBeLessThanOrEqual(64 * MB)
    expect(bytes).toBeGreaterThan(63 * MB)
    expect(end?.maxRssMb).toBeLessThan(150)
  })

  it('of 1 GB from the client ends the session, in bounded memory', async () => {
    const { child, ended } = startBridgeProcess(bridge.main, [BYTE_SERVER, 'digest'])
    const piece = Buffer.alloc(MB, 'x')
    let sent = 0
    child.stdout.resume()
    const closed = once(child, 'close')
    while (child.exitCode === null && sent < 1024) {
      sent++
      if (!child.stdin.write(piece)) await Promise.race([once(child.stdin, 'drain').catch(() => {}), closed])
    }
    const { end } = await ended
    expect(end).toMatchObject({ reason: 'line-too-long', direction: 'to-server' })
    expect(sent).toBeLessThan(70)
    expect(end?.maxRssMb).toBeLessThan(150)
  })
})
