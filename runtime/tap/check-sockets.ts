import { readlinkSync } from 'node:fs'
import { checked, getsockname, getsockopt } from './libc.ts'
import { CAPTURE_PORT, DNS_PORT } from './rules.ts'
import type { CaptureSockets, SocketName } from './sockets.ts'

const SOL_SOCKET = 1
const SO_TYPE = 3
const SO_ACCEPTCONN = 30
const SO_DOMAIN = 39
const SO_NETNS_COOKIE = 71
const AF_NETLINK = 16
const INTERNET = [2, 10]
const STREAM = 1
const DATAGRAM = 2
const RAW = 3

interface Wanted {
  readonly domains: readonly number[]
  readonly type: number
  /** Bound to this port, and of a stream listening; null: neither. */
  readonly port: number | null
}

const WANTED: Readonly<Partial<Record<SocketName, Wanted>>> = {
  tcp: { domains: INTERNET, type: STREAM, port: CAPTURE_PORT },
  dnsTcp: { domains: INTERNET, type: STREAM, port: DNS_PORT },
  dnsUdp4: { domains: INTERNET, type: DATAGRAM, port: DNS_PORT },
  dnsUdp6: { domains: INTERNET, type: DATAGRAM, port: DNS_PORT },
  netfilter: { domains: [AF_NETLINK], type: RAW, port: null },
  inward4: { domains: INTERNET, type: STREAM, port: null },
  inward6: { domains: INTERNET, type: STREAM, port: null },
}

/**
 * Throws unless the sockets are what the tap should have opened, and in another network namespace than this
 * process's. An engine that gave the tap the host's network would else have us serve there.
 */
export function checkSockets(sockets: CaptureSockets, namespace: string): void {
  if (namespace === readlinkSync('/proc/self/ns/net'))
    throw new Error('the tap is in the network of the host')
  const cookie = namespaceCookie(sockets.tcp)
  for (const [name, wanted] of Object.entries(WANTED) as [SocketName, Wanted][]) {
    for (const fd of [sockets[name]].flat()) {
      if (fd === null) continue
      const flaw = flawOf(fd, wanted)
      if (flaw !== null) throw new Error(`the tap sent a wrong socket for ${name}: ${flaw}`)
      if (namespaceCookie(fd) !== cookie) throw new Error('the tap sent sockets of several networks')
    }
  }
}

function flawOf(fd: number, { domains, type, port }: Wanted): string | null {
  if (!domains.includes(option(fd, SO_DOMAIN))) return 'its family'
  if (option(fd, SO_TYPE) !== type) return 'its type'
  if (port === null) return null
  if (type === STREAM && option(fd, SO_ACCEPTCONN) !== 1) return 'it does not listen'
  const address = Buffer.alloc(28)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(address.length)
  checked('getsockname', getsockname(fd, address, length))
  return address.readUInt16BE(2) === port ? null : 'its port'
}

function option(fd: number, name: number): number {
  const value = Buffer.alloc(4)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(value.length)
  return checked('getsockopt', getsockopt(fd, SOL_SOCKET, name, value, length)) < 0
    ? -1
    : value.readInt32LE(0)
}

/** Tells network namespaces apart; Linux 5.14 and newer. On older ones all are the same to us: null. */
function namespaceCookie(fd: number): bigint | null {
  const value = Buffer.alloc(8)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(value.length)
  return getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, value, length) < 0 ? null : value.readBigUInt64LE(0)
}
