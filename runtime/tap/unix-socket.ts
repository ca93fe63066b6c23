import { chmodSync, closeSync } from 'node:fs'
import { accept4, bind, checked, connect, listen, socket } from './libc.ts'

/** Unix sockets by descriptor, since Node's own streams cannot carry other descriptors. */
const AF_UNIX = 1
const SOCK_STREAM = 1
const SOCK_CLOEXEC = 0o2000000
/** `sun_path` of unix(7), with its NUL. */
const PATH_BYTES = 108

const TRY_AGAIN_MS = 5

/** A blocking stream socket. Nobody may listen there yet: it is tried for so long. Throws with the errno. */
export function connectUnix(path: string, withinMs: number): number {
  const fd = unixSocket()
  const address = unixAddress(path)
  const until = performance.now() + withinMs
  const asleep = new Int32Array(new SharedArrayBuffer(4))
  for (;;) {
    const result = connect(fd, address, address.length)
    if (result === 0) return fd
    if (performance.now() > until) checked(`connect to ${path}`, result)
    Atomics.wait(asleep, 0, 0, TRY_AGAIN_MS)
  }
}

/** One listener at `path`, for one connection, of anybody whom the folder lets in. */
export function listenUnix(path: string): number {
  const fd = unixSocket()
  try {
    const address = unixAddress(path)
    checked(`bind to ${path}`, bind(fd, address, address.length))
    // A container's root that has no capability is one more stranger to a plain user's file.
    chmodSync(path, 0o666)
    checked('listen', listen(fd, 1))
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** The connection that is waiting. Throws when there is none. */
export function acceptUnix(listener: number): number {
  return checked('accept', accept4(listener, null, null, SOCK_CLOEXEC))
}

function unixSocket(): number {
  return checked('socket', socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
}

function unixAddress(path: string): Buffer {
  const bytes = Buffer.from(`${path}\0`)
  if (bytes.length > PATH_BYTES) throw new Error(`${path} is too long for a socket's path`)
  const address = Buffer.alloc(2 + bytes.length)
  address.writeUInt16LE(AF_UNIX, 0)
  bytes.copy(address, 2)
  return address
}
