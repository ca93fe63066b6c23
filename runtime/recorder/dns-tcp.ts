import { createServer, type Socket } from 'node:net'
import { canonicalAddress } from '../policy/address.ts'
import { acceptRest } from './accept-rest.ts'
import type { DnsRequest } from './dns-server.ts'

const IDLE_MS = 10_000
const MAX_CONNECTIONS = 64

export interface DnsTcp {
  /** Accepts what still waits, and resolves when every client has ended. */
  drain(): Promise<void>
  /** Cuts what is left; what still waits to be accepted is refused. */
  close(): Promise<void>
}

/** DNS over TCP (RFC 7766): messages with a length in front, answered in the order in which they came. */
export function serveDnsTcp(
  fd: number,
  answer: (request: DnsRequest) => Promise<Buffer | null>,
  /** A connection was refused for lack of room. */
  onRefused: () => void,
): DnsTcp {
  const open = new Set<Socket>()
  const serving = new Set<Promise<void>>()
  let accepted = 0
  let ending = false
  const server = createServer((socket) => {
    accepted++
    if (ending || open.size >= MAX_CONNECTIONS) {
      onRefused()
      socket.resetAndDestroy()
      return
    }
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setTimeout(IDLE_MS, () => socket.destroy())
    const served = serve(socket, answer)
      .catch(() => {
        socket.destroy()
      })
      .finally(() => serving.delete(served))
    serving.add(served)
  })
  server.listen({ fd })
  return {
    drain: async () => {
      await acceptRest(() => accepted)
      server.close()
      await Promise.all(serving)
    },
    close: async () => {
      ending = true
      await acceptRest(() => accepted)
      server.close()
      for (const socket of open) socket.destroy()
      await Promise.all(serving)
    },
  }
}

async function serve(socket: Socket, answer: (request: DnsRequest) => Promise<Buffer | null>): Promise<void> {
  const resolver = canonicalAddress(socket.localAddress ?? '') ?? ''
  const ask = (message: Buffer) => answer({ message, transport: 'tcp', resolver })
  let pending = Buffer.alloc(0)
  let asked = false
  try {
    for await (const chunk of socket) {
      pending = Buffer.concat([pending, chunk as Buffer])
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const end = 2 + pending.readUInt16BE(0)
        asked = true
        const reply = await ask(pending.subarray(2, end))
        pending = pending.subarray(end)
        if (reply === null) throw new Error('not a DNS client')
        const length = Buffer.alloc(2)
        length.writeUInt16BE(reply.length)
        socket.write(Buffer.concat([length, reply]))
      }
    }
  } finally {
    // Bytes that make no message, and a connection without any, are told like a message that cannot be read.
    if (pending.length > 0 || !asked) await ask(pending.subarray(2))
  }
}
