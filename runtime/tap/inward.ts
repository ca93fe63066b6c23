import { closeSync } from 'node:fs'
import { checked, connect, errnoName, fcntl, getsockopt, poll } from './libc.ts'

const AF_UNSPEC = 0
const AF_INET = 2
const AF_INET6 = 10
const SOL_SOCKET = 1
const SO_ERROR = 4
const POLLOUT = 4
const F_DUPFD_CLOEXEC = 1030
/** On loopback a connection is made or refused at once, unless the listener has no room. */
const CONNECT_MS = 5000

/** A connection to a port of the sandbox's loopback, made from outside. */
export interface InwardConnection {
  /** Connected, and the caller's to close. */
  readonly fd: number
  /** Ends what is left of the connection and gives its socket back: for when `fd` is closed. */
  release(): void
}

export type InwardResult =
  | ({ readonly ok: true } & InwardConnection)
  /** `full`: all sockets are in use. `refused`: nobody listens there, or takes no connection. */
  | { readonly ok: false; readonly problem: 'full' | 'refused' }

export interface InwardSockets {
  /** To 127.0.0.1, and if nobody listens there, to ::1. */
  connect(port: number): Promise<InwardResult>
  /** Closes the sockets that are not in use, and the others as they are given back. */
  close(): void
}

/**
 * A socket belongs to the network namespace that it was made in, whichever process connects it. So those that
 * the tap made lead into the sandbox from here. The kernel lets one be connected again and again.
 */
export function inwardSockets(ipv4: readonly number[], ipv6: readonly number[]): InwardSockets {
  const families = [
    { free: [...ipv4], loopback: loopback4 },
    { free: [...ipv6], loopback: loopback6 },
  ].filter(({ free }) => free.length > 0)
  let closed = false
  const giveBack = (free: number[], fd: number): void => {
    disconnect(fd)
    if (closed) closeSync(fd)
    else free.push(fd)
  }
  return {
    connect: async (port) => {
      let full = false
      for (const { free, loopback } of families) {
        const fd = free.pop()
        if (fd === undefined) {
          full = true
          continue
        }
        if (await connects(fd, loopback(port))) {
          const own = checked('fcntl', fcntl(fd, F_DUPFD_CLOEXEC, 0))
          return { ok: true, fd: own, release: () => giveBack(free, fd) }
        }
        giveBack(free, fd)
      }
      return { ok: false, problem: full ? 'full' : 'refused' }
    },
    close: () => {
      closed = true
      for (const { free } of families) for (const fd of free.splice(0)) closeSync(fd)
    },
  }
}

async function connects(fd: number, address: Buffer): Promise<boolean> {
  if (connect(fd, address, address.length) === 0) return true
  if (errnoName() !== 'EINPROGRESS') return false
  const request = Buffer.alloc(8)
  request.writeInt32LE(fd, 0)
  request.writeInt16LE(POLLOUT, 4)
  const ready = await new Promise<number>((resolve, reject) => {
    poll.async(request, 1, CONNECT_MS, (error: Error | null, count: number) =>
      error ? reject(error) : resolve(count),
    )
  })
  const problem = Buffer.alloc(4)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(problem.length)
  return (
    ready === 1 && getsockopt(fd, SOL_SOCKET, SO_ERROR, problem, length) === 0 && problem.readInt32LE() === 0
  )
}

/** connect(2): "dissolve the association by connecting to an address with sa_family set to AF_UNSPEC". */
function disconnect(fd: number): void {
  const nowhere = Buffer.alloc(16)
  nowhere.writeUInt16LE(AF_UNSPEC, 0)
  connect(fd, nowhere, nowhere.length)
}

function loopback4(port: number): Buffer {
  const address = Buffer.alloc(16)
  address.writeUInt16LE(AF_INET, 0)
  address.writeUInt16BE(port, 2)
  address.set([127, 0, 0, 1], 4)
  return address
}

function loopback6(port: number): Buffer {
  const address = Buffer.alloc(28)
  address.writeUInt16LE(AF_INET6, 0)
  address.writeUInt16BE(port, 2)
  address.writeUInt8(1, 23)
  return address
}
