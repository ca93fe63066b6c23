import { closeSync } from 'node:fs'
import type { TapConfig, TapStatus } from './config.ts'
import { type Received, receiveDescriptors, sendAll } from './descriptors.ts'
import { checked, poll, socketpair } from './libc.ts'
import { type CaptureSockets, INWARD_SOCKETS } from './sockets.ts'

const AF_UNIX = 1
const SOCK_STREAM = 1
const SOCK_CLOEXEC = 0o2000000
const POLLIN = 1
const MSG_DONTWAIT = 0x40

/** mcp-run's side of the conversation with the tap. */
export interface TapLink {
  /** The other end, to be the tap's descriptor 3. Close it with `handOver` once the tap is started. */
  readonly peer: number
  handOver(): void
  /** The sockets in the sandbox's namespace. Rejects with the tap's own words when it failed, or after `timeoutMs`. */
  sockets(timeoutMs: number): Promise<CaptureSockets>
  /** Sends the tap its orders. */
  order(config: TapConfig): void
  /** Resolves when the tap has become the server (null), or with what went wrong. */
  became(): Promise<string | null>
  close(): void
}

export function openTapLink(): TapLink {
  const pair = Buffer.alloc(8)
  checked('socketpair', socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
  const own = pair.readInt32LE(0)
  const peer = pair.readInt32LE(4)
  let open = true
  let peerOpen = true
  const handOver = (): void => {
    if (peerOpen) closeSync(peer)
    peerOpen = false
  }
  return {
    peer,
    handOver,
    sockets: (timeoutMs) => receiveSockets(own, timeoutMs),
    order: (config) => sendAll(own, Buffer.from(`${JSON.stringify(config)}\n`)),
    became: async () => {
      const received = await receive(own, -1)
      if (received === null || received.data.length === 0) return null
      const status = parseStatus(received.data.toString())
      return status?.status === 'failed' ? `${status.step}: ${status.message}` : null
    },
    close: () => {
      handOver()
      if (open) closeSync(own)
      open = false
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
    if (status !== null && descriptors.length > 0) return captureSockets(descriptors, status.ipv6)
  }
}

function captureSockets(descriptors: readonly number[], ipv6: boolean): CaptureSockets {
  const count = ipv6 ? 5 : 4
  const [tcp, dnsTcp, netfilter, dnsUdp4, dnsUdp6] = descriptors.slice(0, count)
  const inward = descriptors.slice(count)
  if (
    tcp === undefined ||
    dnsTcp === undefined ||
    netfilter === undefined ||
    dnsUdp4 === undefined ||
    (ipv6 && dnsUdp6 === undefined)
  ) {
    throw new Error('the tap sent too few descriptors')
  }
  return {
    ...{ tcp, dnsTcp, netfilter, dnsUdp4, dnsUdp6: dnsUdp6 ?? null },
    ...{ inward4: inward.slice(0, INWARD_SOCKETS), inward6: inward.slice(INWARD_SOCKETS) },
  }
}

function parseStatus(text: string): TapStatus | null {
  const end = text.indexOf('\n')
  return end < 0 ? null : JSON.parse(text.slice(0, end))
}

/** Waits off the event loop's thread until something can be read. Null after `timeoutMs`. */
async function receive(fd: number, timeoutMs: number): Promise<Received | null> {
  const request = Buffer.alloc(8)
  request.writeInt32LE(fd, 0)
  request.writeInt16LE(POLLIN, 4)
  await new Promise<void>((resolve, reject) => {
    poll.async(request, 1, timeoutMs, (error: Error | null) => (error ? reject(error) : resolve()))
  })
  return receiveDescriptors(fd, MSG_DONTWAIT)
}
