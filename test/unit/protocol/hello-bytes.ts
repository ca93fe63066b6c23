import { Duplex } from 'node:stream'
import { type ConnectionOptions, connect } from 'node:tls'

/** The first flight that node's own TLS client writes. */
export function captureClientHello(options: ConnectionOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        resolve(Buffer.from(chunk))
        done()
      },
    })
    connect({ ...options, socket }).on('error', reject)
  })
}

export function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}

/** A vector with a length of two bytes. */
export function vector16(...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([u16(body.length), body])
}

export function extension(type: number, ...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([u16(type), vector16(...parts)])
}

/** A server_name extension with these entries of type host_name. */
export function serverName(...names: readonly (string | Buffer)[]): Buffer {
  const entries = names.map((name) =>
    Buffer.concat([Buffer.from([0]), vector16(Buffer.from(name as string, 'latin1'))]),
  )
  return extension(0, vector16(...entries))
}

export function alpn(...names: readonly string[]): Buffer {
  const entries = names.map((name) => Buffer.from(`${String.fromCharCode(name.length)}${name}`, 'latin1'))
  return extension(16, vector16(...entries))
}

/** A handshake message of this type. */
export function handshake(type: number, body: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from([type, body.length >> 16, (body.length >> 8) & 255, body.length & 255]),
    body,
  ])
}

/** A ClientHello message, outside any record. Null: no extensions field at all. */
export function helloMessage(extensions: readonly Buffer[] | null): Buffer {
  const fixed = Buffer.concat([
    u16(0x303),
    Buffer.alloc(32, 7),
    Buffer.from([0]),
    vector16(u16(0x1301)),
    Buffer.from([1, 0]),
  ])
  return handshake(1, extensions === null ? fixed : Buffer.concat([fixed, vector16(...extensions)]))
}

/** A handshake stream cut into records of at most `size` bytes. */
export function records(message: Buffer, size = 16_384): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < message.length; at += size) {
    parts.push(Buffer.from([0x16, 3, 1]), vector16(message.subarray(at, at + size)))
  }
  return Buffer.concat(parts)
}

export function clientHello(...extensions: readonly Buffer[]): Buffer {
  return records(helloMessage(extensions))
}
