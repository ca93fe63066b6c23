import { checked, errnoName, recv, send } from './libc.ts'
import { MSG_DONTWAIT, MSG_NOSIGNAL } from './message.ts'
import { readable } from './readable.ts'

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

const buffer = Buffer.alloc(RECEIVE_BYTES)

/** A request for a dump of nftables objects. Its sequence number tells the answers to it from those to others. */
export function dumpRequest(message: number, sequence: number, attributes: readonly Buffer[]): Buffer {
  const body = Buffer.concat(attributes)
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32LE(HEADER_BYTES + body.length, 0)
  header.writeUInt16LE((NFNL_SUBSYS_NFTABLES << 8) | message, 4)
  header.writeUInt16LE(NLM_F_REQUEST | NLM_F_DUMP, 6)
  header.writeUInt32LE(sequence, 8)
  header.writeUInt8(NFPROTO_INET, 16)
  return Buffer.concat([header, body])
}

/** The kernel wants its sender to have CAP_NET_ADMIN over the socket's namespace; its answers anybody may read. */
export function sendRequest(fd: number, request: Buffer): void {
  checked('netlink send', Number(send(fd, request, request.length, MSG_NOSIGNAL)))
}

/** The attributes of each object that the dump gives, a datagram's worth at a time. Rejects on errors, and after `timeoutMs` without an answer. */
export async function* dumpAnswers(
  fd: number,
  sequence: number,
  timeoutMs: number,
): AsyncGenerator<readonly Buffer[]> {
  for (;;) {
    const { bodies, done } = receive(await datagram(fd, timeoutMs), sequence)
    yield bodies
    if (done) return
  }
}

async function datagram(fd: number, timeoutMs: number): Promise<Buffer> {
  for (;;) {
    const length = Number(recv(fd, buffer, buffer.length, MSG_DONTWAIT))
    if (length >= 0) return buffer.subarray(0, length)
    const errno = errnoName()
    if (errno === 'EAGAIN') {
      if (!(await readable(fd, timeoutMs))) throw new Error('netlink: no answer')
    } else if (errno !== 'EINTR') checked('netlink recv', length)
  }
}

/** The bodies of the messages in one datagram, without their nfgenmsg header. */
function receive(bytes: Buffer, sequence: number): { bodies: readonly Buffer[]; done: boolean } {
  const bodies: Buffer[] = []
  for (let at = 0; at + 16 <= bytes.length; ) {
    const size = bytes.readUInt32LE(at)
    const type = bytes.readUInt16LE(at + 4)
    if (size < 16 || at + size > bytes.length) break
    if (bytes.readUInt32LE(at + 8) === sequence) {
      if (type === NLMSG_DONE) return { bodies, done: true }
      if (type === NLMSG_ERROR) throw new Error(`netlink: errno ${-bytes.readInt32LE(at + 16)}`)
      bodies.push(Buffer.from(bytes.subarray(at + HEADER_BYTES, at + size)))
    }
    at += (size + 3) & ~3
  }
  return { bodies, done: false }
}
