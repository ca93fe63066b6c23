import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { attachedStreams } from '../../../../runtime/sandbox/docker/attached.ts'

const frame = (kind: number, data: string): Buffer => {
  const header = Buffer.alloc(8)
  header.writeUInt8(kind, 0)
  header.writeUInt32BE(Buffer.byteLength(data), 4)
  return Buffer.concat([header, Buffer.from(data)])
}
const STREAM = Buffer.concat([
  frame(1, 'out 1\n'),
  frame(2, 'err\n'),
  frame(1, ''),
  frame(7, 'neither'),
  frame(1, 'out 2'),
])

describe('the one stream of a container', () => {
  it.each([1, 2, 3, 7, 8, 9, 64])('is taken apart however it is cut: %i bytes at a time', async (size) => {
    const connection = new PassThrough()
    const { stdout, stderr, silent } = attachedStreams(connection)
    expect(silent()).toBe(true)
    for (let at = 0; at < STREAM.length; at += size) connection.write(STREAM.subarray(at, at + size))
    connection.end()
    expect(await Promise.all([text(stdout), text(stderr)])).toEqual(['out 1\nout 2', 'err\n'])
    expect(silent()).toBe(false)
  })

  it('stops where a reader takes no more, and goes on where it does', async () => {
    const connection = new PassThrough({ highWaterMark: 1 << 20 })
    const { stdout } = attachedStreams(connection)
    const big = 'x'.repeat(300_000)
    connection.write(Buffer.concat([frame(1, big), frame(1, big)]))
    connection.write(frame(1, big))
    await new Promise(setImmediate)
    expect(connection.isPaused()).toBe(true)
    expect(connection.readableLength).toBeGreaterThan(0)
    connection.end()
    expect(await text(stdout)).toBe(big.repeat(3))
  })

  it('ends both where the connection breaks', async () => {
    const connection = new PassThrough()
    const { stdout, stderr } = attachedStreams(connection)
    connection.write(frame(1, 'half'))
    connection.destroy(new Error('reset'))
    expect(await Promise.all([text(stdout), text(stderr)])).toEqual(['half', ''])
  })
})
