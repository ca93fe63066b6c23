import { closeSync, writeSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import { addressText } from './address-text.ts'
import { checked, errnoName, eventfd, getsockopt, poll } from './libc.ts'
import { Message, MSG_DONTWAIT } from './message.ts'

const SOL_SOCKET = 1
const SO_MEMINFO = 55
const SOL_IP = 0
const IP_PKTINFO = 8
const SOL_IPV6 = 41
const IPV6_PKTINFO = 50
const POLLIN = 1
const EFD_CLOEXEC = 0o2000000
const MAX_DATAGRAM = 65_535
/** Datagrams read in one go before the event loop has its turn. */
const BURST = 64

/** A datagram with both of its ends: `to` is the address that the sender meant, whichever that was. */
export interface Datagram {
  readonly data: Buffer
  /** The address it was sent to, in canonical text. */
  readonly to: string
  /** Sends an answer from the address that was meant; whether the kernel took it. */
  reply(data: Buffer): boolean
}

export interface DatagramServer {
  /** Datagrams for which the kernel had no room, since the sockets were opened. */
  lost(): number
  /** Reads all that has come, at once. */
  readRest(): void
  /** Closes the sockets: every reply must have been sent by then. */
  close(): Promise<void>
}

/**
 * Serves UDP sockets that are bound to all addresses, where Node's dgram would lose the address that was
 * meant. One thread of the pool waits in poll(2); reading is done on the event loop's own.
 */
export function serveDatagrams(
  sockets: readonly number[],
  onDatagram: (datagram: Datagram) => void,
): DatagramServer {
  const wake = checked('eventfd', eventfd(0, EFD_CLOEXEC))
  const message = new Message({ name: 28, data: MAX_DATAGRAM, control: 128 })
  let closing = false
  const finished = (async () => {
    while (!closing) {
      const ready = await readable([wake, ...sockets])
      if (closing) break
      for (const fd of sockets) if (ready.has(fd)) readBurst(fd, message, onDatagram, BURST)
    }
    for (const fd of [wake, ...sockets]) closeSync(fd)
  })()
  return {
    lost: () => sockets.reduce((sum, fd) => sum + droppedBySocket(fd), 0),
    readRest: () => {
      for (const fd of sockets) readBurst(fd, message, onDatagram, Number.POSITIVE_INFINITY)
    },
    close: () => {
      closing = true
      const one = Buffer.alloc(8)
      one.writeBigUInt64LE(1n)
      writeSync(wake, one)
      return finished
    },
  }
}

async function readable(fds: readonly number[]): Promise<ReadonlySet<number>> {
  const request = Buffer.alloc(8 * fds.length)
  fds.forEach((fd, index) => {
    request.writeInt32LE(fd, 8 * index)
    request.writeInt16LE(POLLIN, 8 * index + 4)
  })
  await new Promise<void>((resolve, reject) => {
    poll.async(request, fds.length, -1, (error: Error | null) => (error ? reject(error) : resolve()))
  })
  return new Set(fds.filter((_, index) => request.readInt16LE(8 * index + 6) !== 0))
}

function readBurst(
  fd: number,
  message: Message,
  onDatagram: (datagram: Datagram) => void,
  most: number,
): void {
  for (let count = 0; count < most; count++) {
    if (message.receive(fd, MSG_DONTWAIT) < 0) {
      if (errnoName() === 'EINTR') continue
      return
    }
    const to = meantAddress(message)
    if (to === null) continue
    const peer = Buffer.from(message.name)
    onDatagram({
      data: Buffer.from(message.data.subarray(0, message.length)),
      to: to.text,
      reply: (data) => sendFrom(fd, peer, to, data),
    })
  }
}

interface Meant {
  readonly text: string
  readonly bytes: Buffer
}

/** ip(7), ipv6(7): the address in the header of the datagram. */
function meantAddress(message: Message): Meant | null {
  for (const { level, type, data } of message.controlMessages() ?? []) {
    if (level === SOL_IP && type === IP_PKTINFO && data.length >= 12) {
      const bytes = Buffer.from(data.subarray(8, 12))
      return { bytes, text: addressText(bytes) }
    }
    if (level === SOL_IPV6 && type === IPV6_PKTINFO && data.length >= 16) {
      const bytes = Buffer.from(data.subarray(0, 16))
      return { bytes, text: addressText(bytes) }
    }
  }
  return null
}

function sendFrom(fd: number, peer: Buffer, from: Meant, data: Buffer): boolean {
  const ipv4 = isIPv4(from.text)
  const message = new Message({ name: ipv4 ? 16 : 28, data: data.length, control: 64 })
  peer.copy(message.name)
  data.copy(message.data)
  const controlLength = ipv4
    ? message.setControl(SOL_IP, IP_PKTINFO, Buffer.concat([Buffer.alloc(4), from.bytes, Buffer.alloc(4)]))
    : message.setControl(SOL_IPV6, IPV6_PKTINFO, Buffer.concat([from.bytes, Buffer.alloc(4)]))
  return message.send(fd, data.length, controlLength, MSG_DONTWAIT) === data.length
}

/** The last of sock_diag's memory figures (linux/sock_diag.h), which SO_MEMINFO gives for one socket. */
function droppedBySocket(fd: number): number {
  const figures = Buffer.alloc(36)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(figures.length)
  return getsockopt(fd, SOL_SOCKET, SO_MEMINFO, figures, length) === 0 ? figures.readUInt32LE(32) : 0
}
