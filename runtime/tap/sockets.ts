import { bind, checked, listen, setsockopt, socket } from './libc.ts'
import { CAPTURE_PORT, DNS_PORT } from './rules.ts'
import { openTcpCounts, type TcpCountFiles } from './tcp-counts.ts'

const AF_INET = 2
const AF_INET6 = 10
const AF_NETLINK = 16
const SOCK_STREAM = 1
const SOCK_DGRAM = 2
const SOCK_RAW = 3
const SOCK_CLOEXEC = 0o2000000
const SOCK_NONBLOCK = 0o4000
const SOL_SOCKET = 1
const SO_REUSEADDR = 2
const SO_RCVBUF = 8
const SOL_IP = 0
const IP_PKTINFO = 8
const IP_TRANSPARENT = 19
const SOL_IPV6 = 41
const IPV6_V6ONLY = 26
const IPV6_RECVPKTINFO = 49
const IPV6_TRANSPARENT = 75
const IPV6_FREEBIND = 78
const NETLINK_NETFILTER = 12
const BACKLOG = 4096
const UDP_RECEIVE_BYTES = 1 << 20
/** Of each family: connections that can lead into the sandbox at one time. */
export const INWARD_SOCKETS = 8

/** The recorder's ends in the namespace: descriptors. */
export interface CaptureSockets extends TcpCountFiles {
  /** Accepts every TCP connection for another address; its local address is the one that was dialled. */
  readonly tcp: number
  /** TCP connections to port 53 of any address. */
  readonly dnsTcp: number
  /** Datagrams to port 53 of any IPv4 address, and of any IPv6 address. */
  readonly dnsUdp4: number
  readonly dnsUdp6: number | null
  /** Reads the kernel's counts of what was dropped. */
  readonly netfilter: number
  /** Not connected yet: whoever holds one can connect it within the namespace, and nowhere else. */
  readonly inward4: readonly number[]
  readonly inward6: readonly number[]
}

export type SocketName = keyof CaptureSockets

export function openCaptureSockets(ipv6: boolean): CaptureSockets {
  return {
    tcp: listener(ipv6, CAPTURE_PORT, true),
    dnsTcp: listener(ipv6, DNS_PORT, false),
    dnsUdp4: dnsDatagrams(AF_INET),
    dnsUdp6: ipv6 ? dnsDatagrams(AF_INET6) : null,
    netfilter: checked('socket', socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER)),
    ...openTcpCounts(),
    inward4: unconnected(AF_INET),
    inward6: ipv6 ? unconnected(AF_INET6) : [],
  }
}

function listener(ipv6: boolean, port: number, transparent: boolean): number {
  const family = ipv6 ? AF_INET6 : AF_INET
  const fd = checked('socket', socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
  setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1)
  if (ipv6) setOption(fd, SOL_IPV6, IPV6_V6ONLY, 0)
  if (transparent) {
    setOption(fd, SOL_IP, IP_TRANSPARENT, 1)
    if (ipv6) setOption(fd, SOL_IPV6, IPV6_TRANSPARENT, 1)
  }
  bindAny(fd, family, port)
  checked('listen', listen(fd, BACKLOG))
  return fd
}

function unconnected(family: number): number[] {
  return Array.from({ length: INWARD_SOCKETS }, () =>
    checked('socket', socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
  )
}

function dnsDatagrams(family: number): number {
  const fd = checked('socket', socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
  if (family === AF_INET) setOption(fd, SOL_IP, IP_PKTINFO, 1)
  else {
    setOption(fd, SOL_IPV6, IPV6_V6ONLY, 1)
    setOption(fd, SOL_IPV6, IPV6_RECVPKTINFO, 1)
    // A local route is not enough for an IPv6 answer to leave from the address that was asked.
    setOption(fd, SOL_IPV6, IPV6_FREEBIND, 1)
  }
  setOption(fd, SOL_SOCKET, SO_RCVBUF, UDP_RECEIVE_BYTES)
  bindAny(fd, family, DNS_PORT)
  return fd
}

function bindAny(fd: number, family: number, port: number): void {
  const address = Buffer.alloc(family === AF_INET ? 16 : 28)
  address.writeUInt16LE(family, 0)
  address.writeUInt16BE(port, 2)
  checked(`bind to port ${port}`, bind(fd, address, address.length))
}

function setOption(fd: number, level: number, name: number, value: number): void {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  checked(`setsockopt ${level}/${name}`, setsockopt(fd, level, name, bytes, 4))
}
