import { chmodSync, closeSync, rmSync } from 'node:fs'
import { checkSockets } from './check-sockets.ts'
import type { TapConfig, TapStatus } from './config.ts'
import { type Received, receiveDescriptors, sendAll } from './descriptors.ts'
import type { DropQuestion } from './drop-counters.ts'
import { checked, socketpair } from './libc.ts'
import { MSG_DONTWAIT } from './message.ts'
import { readable } from './readable.ts'
import type { CaptureSockets, SocketName } from './sockets.ts'
import { acceptUnix, listenUnix } from './unix-socket.ts'

const AF_UNIX = 1
const SOCK_STREAM = 1
const SOCK_CLOEXEC = 0o2000000

/** mcp-run's side of the conversation with the tap. */
export interface TapLink {
  /** The sockets in the sandbox's namespace. Rejects with the tap's own words when it failed, or after `timeoutMs`. */
  sockets(timeoutMs: number): Promise<CaptureSockets>
  /** Sends the tap its orders. */
  order(config: TapConfig): void
  /** Resolves when the tap has become its command, or holds the namespace (null), or with what went wrong. */
  became(): Promise<string | null>
  /** Has a tap that holds the namespace ask the kernel for its counts of drops; the answer comes on their socket. */
  ask(question: DropQuestion): void
  /** A tap that holds the namespace ends with it. */
  close(): void
}

/** The link that a child inherits: its other end is to be the tap's descriptor 3. */
export interface InheritedLink extends TapLink {
  readonly peer: number
  /** Closes the child's end here, once the tap is started. */
  handOver(): void
}

export function openTapLink(): InheritedLink {
  const pair = Buffer.alloc(8)
  checked('socketpair', socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
  const peer = pair.readInt32LE(4)
  let peerOpen = true
  const handOver = (): void => {
    if (peerOpen) closeSync(peer)
    peerOpen = false
  }
  const link = linkOver(pair.readInt32LE(0))
  return {
    ...link,
    peer,
    handOver,
    close: () => {
      handOver()
      link.close()
    },
  }
}

/** The link that a tap elsewhere connects to: one connection at `path`, which then is gone. */
export function listenForTap(path: string): TapLink {
  const listener = listenUnix(path)
  // The tap's root has no say over other users' files: who gets into the folder may connect.
  chmodSync(path, 0o666)
  return linkOver(async (timeoutMs) => {
    try {
      if (await readable(listener, timeoutMs)) return acceptUnix(listener)
      throw new Error(`the tap did not answer in ${timeoutMs} ms`)
    } finally {
      closeSync(listener)
      rmSync(path, { force: true })
    }
  })
}

function linkOver(end: number | ((timeoutMs: number) => Promise<number>)): TapLink {
  let fd = typeof end === 'number' ? end : null
  let closed = false
  let holds = false
  const own = (): number => {
    if (fd === null) throw new Error('the link to the tap is not open')
    return fd
  }
  return {
    sockets: async (timeoutMs) => {
      if (typeof end !== 'number') fd = await end(timeoutMs)
      if (!closed) return receiveSockets(own(), timeoutMs)
      if (fd !== null) closeSync(fd)
      throw new Error('the link to the tap was closed')
    },
    order: (config) => {
      holds = config.command === 'hold'
      sendAll(own(), Buffer.from(`${JSON.stringify(config)}\n`))
    },
    became: async () => {
      const received = await receive(own(), -1)
      if (received === null || received.data.length === 0) return holds ? 'the tap ended' : null
      const status = parseStatus(received.data.toString())
      return status?.status === 'failed' ? `${status.step}: ${status.message}` : null
    },
    ask: (question) => sendAll(own(), Buffer.from(`${question}\n`)),
    close: () => {
      closed = true
      if (fd !== null) closeSync(fd)
      fd = null
    },
  }
}

async function receiveSockets(fd: number, timeoutMs: number): Promise<CaptureSockets> {
  let text = ''
  const descriptors: number[] = []
  for (;;) {
    const received = await receive(fd, timeoutMs)
    if (received === null) throw new Error(`the tap gave no answer in ${timeoutMs} ms`)
    text += received.data.toString()
    descriptors.push(...received.descriptors)
    const status = parseStatus(text)
    if (status?.status === 'failed') throw new Error(`${status.step}: ${status.message}`)
    if (received.data.length === 0) throw new Error('the tap ended before it had opened its sockets')
    if (status?.status !== 'ready' || descriptors.length === 0) continue
    const sockets = captureSockets(status.sockets, descriptors)
    checkSockets(sockets, status.namespace)
    return sockets
  }
}

const REQUIRED = ['tcp', 'dnsTcp', 'dnsUdp4', 'netfilter', 'snmp', 'netstat'] as const
type Required = (typeof REQUIRED)[number]

function captureSockets(names: readonly SocketName[], descriptors: readonly number[]): CaptureSockets {
  const received = (name: SocketName) => descriptors.filter((_, index) => names[index] === name)
  if (REQUIRED.some((name) => received(name).length !== 1) || names.length !== descriptors.length) {
    throw new Error('the tap sent too few descriptors')
  }
  const [dnsUdp6 = null] = received('dnsUdp6')
  return {
    ...(Object.fromEntries(REQUIRED.map((name) => [name, received(name)[0]])) as Record<Required, number>),
    ...{ dnsUdp6, inward4: received('inward4'), inward6: received('inward6') },
  }
}

function parseStatus(text: string): TapStatus | null {
  const end = text.indexOf('\n')
  return end < 0 ? null : JSON.parse(text.slice(0, end))
}

/** Null after `timeoutMs`. */
async function receive(fd: number, timeoutMs: number): Promise<Received | null> {
  return (await readable(fd, timeoutMs)) ? receiveDescriptors(fd, MSG_DONTWAIT) : null
}
