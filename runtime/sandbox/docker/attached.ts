import { type Duplex, PassThrough, type Readable, type Writable } from 'node:stream'

/** A container's stdio. Its stdin ends when `stdin` does. */
export interface AttachedStreams {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
}

const HEADER_BYTES = 8
const STDOUT = 1
const STDERR = 2

/**
 * Takes apart the one stream that an engine gives for a container without a terminal: frames of a header
 * {u8 stream, 3 zero bytes, u32 big-endian length} and that many bytes. What its reader does not take stops the
 * whole: nothing piles up here.
 */
export function attachedStreams(connection: Duplex): AttachedStreams & { silent(): boolean } {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const header = Buffer.alloc(HEADER_BYTES)
  let headerLength = 0
  let left = 0
  let waiting = 0
  let silent = true
  const write = (stream: PassThrough, bytes: Buffer): void => {
    if (stream.write(bytes)) return
    waiting++
    connection.pause()
    stream.once('drain', () => {
      if (--waiting === 0) connection.resume()
    })
  }
  connection.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; ) {
      if (left === 0) {
        const taken = chunk.copy(header, headerLength, at, at + HEADER_BYTES - headerLength)
        at += taken
        headerLength += taken
        if (headerLength < HEADER_BYTES) return
        headerLength = 0
        left = header.readUInt32BE(4)
        continue
      }
      const bytes = chunk.subarray(at, at + left)
      at += bytes.length
      left -= bytes.length
      silent = false
      const kind = header.readUInt8(0)
      if (kind === STDOUT) write(stdout, bytes)
      else if (kind === STDERR) write(stderr, bytes)
    }
  })
  const end = (): void => {
    stdout.end()
    stderr.end()
  }
  connection.on('end', end).on('close', end).on('error', end)
  return { stdin: connection, stdout, stderr, silent: () => silent }
}
