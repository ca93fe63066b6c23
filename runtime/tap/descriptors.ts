import { checked, errnoName, send } from './libc.ts'
import { Message, MSG_CMSG_CLOEXEC, MSG_NOSIGNAL } from './message.ts'

const SOL_SOCKET = 1
const SCM_RIGHTS = 1
const MAX_DESCRIPTORS = 32

/** Sends descriptors over a unix socket, with one byte to carry them: unix(7). */
export function sendDescriptors(fd: number, descriptors: readonly number[]): void {
  const rights = Buffer.alloc(4 * descriptors.length)
  descriptors.forEach((descriptor, index) => {
    rights.writeInt32LE(descriptor, 4 * index)
  })
  const message = new Message({ name: 0, data: 1, control: 32 + rights.length })
  const controlLength = message.setControl(SOL_SOCKET, SCM_RIGHTS, rights)
  checked('sendmsg', message.send(fd, 1, controlLength, 0))
}

/** What a read of the link gave: its bytes, and the descriptors that came with them. */
export interface Received {
  readonly data: Buffer
  readonly descriptors: readonly number[]
}

/** Reads what is there. Null when nothing is yet; empty data at the end of the stream. */
export function receiveDescriptors(fd: number, flags: number): Received | null {
  const message = new Message({ name: 0, data: 65_536, control: 32 + 4 * MAX_DESCRIPTORS })
  const received = message.receive(fd, flags | MSG_CMSG_CLOEXEC)
  if (received < 0) {
    if (errnoName() === 'EAGAIN' || errnoName() === 'EINTR') return null
    checked('recvmsg', received)
  }
  const descriptors: number[] = []
  for (const { level, type, data } of message.controlMessages() ?? []) {
    if (level !== SOL_SOCKET || type !== SCM_RIGHTS) continue
    for (let at = 0; at + 4 <= data.length; at += 4) descriptors.push(data.readInt32LE(at))
  }
  return { data: message.data.subarray(0, message.length), descriptors }
}

/** Sends all of `data`, waiting for room as needed: `fd` is a blocking stream socket. */
export function sendAll(fd: number, data: Buffer): void {
  for (let at = 0; at < data.length; ) {
    at += checked('send', Number(send(fd, data.subarray(at), data.length - at, MSG_NOSIGNAL)))
  }
}
