import { checked, errnoName, recv, send } from './libc.ts'
import { MSG_NOSIGNAL } from './message.ts'

const NLM_F_REQUEST = 1
const NLM_F_DUMP = 0x300
const NLMSG_ERROR = 2
const NLMSG_DONE = 3
const NFNL_SUBSYS_NFTABLES = 10
const NFPROTO_INET = 1
const NLA_TYPE_MASK = 0x3fff
const HEADER_BYTES = 20
/** A dump's datagrams are at most this long: the kernel's NLMSG_GOODSIZE, with room. */
const RECEIVE_BYTES = 131_072

/** netlink(7), the part that reading nftables needs: requests out, attributes back. */
export type Attributes = ReadonlyMap<number, Buffer>

export function attribute(type: number, value: string | Buffer): Buffer {
  const data = typeof value === 'string' ? Buffer.from(`${value}\0`) : value
  const bytes = Buffer.alloc((4 + data.length + 3) & ~3)
  bytes.writeUInt16LE(4 + data.length, 0)
  bytes.writeUInt16LE(type, 2)
  data.copy(bytes, 4)
  return bytes
}

/** The attributes in `data`; of several of one type the last. */
export function readAttributes(data: Buffer): Attributes {
  return new Map(eachAttribute(data))
}

export function* eachAttribute(data: Buffer): Generator<readonly [type: number, value: Buffer]> {
  for (let at = 0; at + 4 <= data.length; ) {
    const length = data.readUInt16LE(at)
    if (length < 4 || at + length > data.length) return
    yield [data.readUInt16LE(at + 2) & NLA_TYPE_MASK, data.subarray(at + 4, at + length)]
    at += (length + 3) & ~3
  }
}

let sequence = 0
const buffer = Buffer.alloc(RECEIVE_BYTES)

/** Asks for a dump of nftables objects, and gives the attributes of each, a datagram's worth at a time. Throws on errors. */
export function* dump(
  fd: number,
  message: number,
  attributes: readonly Buffer[],
): Generator<readonly Buffer[]> {
  request(fd, message, NLM_F_REQUEST | NLM_F_DUMP, attributes)
  for (;;) {
    const { bodies, done } = receive(fd)
    yield bodies
    if (done) return
  }
}

function request(fd: number, message: number, flags: number, attributes: readonly Buffer[]): void {
  const body = Buffer.concat(attributes)
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32LE(HEADER_BYTES + body.length, 0)
  header.writeUInt16LE((NFNL_SUBSYS_NFTABLES << 8) | message, 4)
  header.writeUInt16LE(flags, 6)
  header.writeUInt32LE(++sequence, 8)
  header.writeUInt8(NFPROTO_INET, 16)
  const bytes = Buffer.concat([header, body])
  checked('netlink send', Number(send(fd, bytes, bytes.length, MSG_NOSIGNAL)))
}

/** The bodies of the messages in one datagram, without their nfgenmsg header. */
function receive(fd: number): { bodies: readonly Buffer[]; done: boolean } {
  let length = -1
  while (length < 0) {
    length = Number(recv(fd, buffer, buffer.length, 0))
    if (length < 0 && errnoName() !== 'EINTR') checked('netlink recv', length)
  }
  const bodies: Buffer[] = []
  for (let at = 0; at + 16 <= length; ) {
    const size = buffer.readUInt32LE(at)
    const type = buffer.readUInt16LE(at + 4)
    if (size < 16 || at + size > length) break
    if (buffer.readUInt32LE(at + 8) === sequence) {
      if (type === NLMSG_DONE) return { bodies, done: true }
      if (type === NLMSG_ERROR) throw new Error(`netlink: errno ${-buffer.readInt32LE(at + 16)}`)
      bodies.push(Buffer.from(buffer.subarray(at + HEADER_BYTES, at + size)))
    }
    at += (size + 3) & ~3
  }
  return { bodies, done: false }
}
