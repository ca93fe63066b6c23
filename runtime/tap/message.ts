import { addressOf, recvmsg, sendmsg } from './libc.ts'

const HEADER_BYTES = 56
const MSG_CTRUNC = 0x8
export const MSG_DONTWAIT = 0x40
export const MSG_NOSIGNAL = 0x4000
export const MSG_CMSG_CLOEXEC = 0x40000000

/** One control message of a received datagram: cmsg(3). */
export interface ControlMessage {
  readonly level: number
  readonly type: number
  readonly data: Buffer
}

/**
 * A `struct msghdr` with the buffers it points to, for 64-bit Linux, allocated once and used again for each
 * call: the pointers never change, so a call costs one system call and no conversion.
 */
export class Message {
  readonly name: Buffer
  readonly data: Buffer
  readonly control: Buffer
  /** Bytes of `data` that the last receive filled. */
  length = 0
  private readonly header = Buffer.alloc(HEADER_BYTES)
  private readonly iov = Buffer.alloc(16)

  constructor(size: { name: number; data: number; control: number }) {
    this.name = Buffer.alloc(size.name)
    this.data = Buffer.alloc(size.data)
    this.control = Buffer.alloc(size.control)
    this.iov.writeBigUInt64LE(addressOf(this.data), 0)
    this.header.writeBigUInt64LE(size.name > 0 ? addressOf(this.name) : 0n, 0)
    this.header.writeBigUInt64LE(addressOf(this.iov), 16)
    this.header.writeBigUInt64LE(1n, 24)
    this.header.writeBigUInt64LE(size.control > 0 ? addressOf(this.control) : 0n, 32)
  }

  /** Bytes received, 0 at the end of a stream, -1 with errno. */
  receive(fd: number, flags: number): number {
    this.setLengths(this.data.length, this.name.length, this.control.length)
    const received = Number(recvmsg(fd, this.header, flags))
    this.length = Math.max(0, received)
    return received
  }

  /** Sends the first `length` bytes of `data` with the first `controlLength` bytes of `control`. */
  send(fd: number, length: number, controlLength: number, flags: number): number {
    this.setLengths(length, this.name.length, controlLength)
    return Number(sendmsg(fd, this.header, flags | MSG_NOSIGNAL))
  }

  /** The control messages of the last receive; null when the kernel had to cut them. */
  controlMessages(): readonly ControlMessage[] | null {
    if ((this.header.readInt32LE(48) & MSG_CTRUNC) !== 0) return null
    const end = Number(this.header.readBigUInt64LE(40))
    const messages: ControlMessage[] = []
    for (let at = 0; at + 16 <= end; ) {
      const length = Number(this.control.readBigUInt64LE(at))
      if (length < 16 || at + length > end) break
      messages.push({
        level: this.control.readInt32LE(at + 8),
        type: this.control.readInt32LE(at + 12),
        data: this.control.subarray(at + 16, at + length),
      })
      at += (length + 7) & ~7
    }
    return messages
  }

  /** Writes one control message at the start of `control`; returns the length to send. */
  setControl(level: number, type: number, data: Buffer): number {
    this.control.fill(0)
    this.control.writeBigUInt64LE(BigInt(16 + data.length), 0)
    this.control.writeInt32LE(level, 8)
    this.control.writeInt32LE(type, 12)
    data.copy(this.control, 16)
    return (16 + data.length + 7) & ~7
  }

  private setLengths(data: number, name: number, control: number): void {
    this.iov.writeBigUInt64LE(BigInt(data), 8)
    this.header.writeUInt32LE(name, 8)
    this.header.writeBigUInt64LE(BigInt(control), 40)
    this.header.writeInt32LE(0, 48)
  }
}
