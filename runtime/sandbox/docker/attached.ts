import { type Duplex, PassThrough, type Readable, type Writable } from 'node:stream'
import type Dockerode from 'dockerode'

/** A container's stdio. Its stdin ends when `stdin` does. */
export interface AttachedStreams {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Whether nothing has come yet. */
  silent(): boolean
}

const HEADER_BYTES = 8
const STDOUT = 1
const STDERR = 2

const NO_BODY = { file: Buffer.alloc(0), headers: { 'Content-Type': 'text/plain' } }

/**
 * A connection that a container's stdio will be on, from its first byte. The library's own way sends the options as a
 * body too, which Podman hands to the program as the beginning of its stdin.
 */
export async function attach(container: Dockerode.Container, stdin = true): Promise<AttachedStreams> {
  const options = { stream: true, stdin, stdout: true, stderr: true }
  const request = {
    path: `/containers/${container.id}/attach?`,
    method: 'POST',
    ...{ isStream: true, hijack: true, options, ...NO_BODY },
    statusCodes: { 200: true, 404: 'no such container', 409: 'cannot be started', 500: 'server error' },
  }
  const connection = await new Promise<Duplex>((resolve, reject) => {
    container.modem.dial(request, (error: unknown, stream: Duplex) =>
      error ? reject(error) : resolve(stream),
    )
  })
  return attachedStreams(connection)
}

/**
 * Takes apart the one stream that an engine gives for a container without a terminal: frames of a header
 * {u8 stream, 3 zero bytes, u32 big-endian length} and that many bytes. What its reader does not take stops the
 * whole: nothing piles up here.
 */
export function attachedStreams(connection: Duplex): AttachedStreams {
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
