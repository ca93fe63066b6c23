import type { Socket } from 'node:net'
import type { FlowCounts } from '../../model/flow.ts'

/** Payload over all connections to a destination, one after the other: what TLS adds is not in it. */
export interface ByteCounts {
  /** Counts from here on what the connection carries. */
  add(socket: Socket): void
  counts(): FlowCounts
}

export function byteCounts(): ByteCounts {
  const open = new Map<Socket, FlowCounts>()
  let bytesSent = 0
  let bytesReceived = 0
  const sinceAdded = (socket: Socket, before: FlowCounts): FlowCounts => ({
    bytesSent: socket.bytesWritten - socket.writableLength - before.bytesSent,
    bytesReceived: socket.bytesRead - before.bytesReceived,
  })
  return {
    add: (socket) => {
      // What asked a proxy for the way is none of the payload.
      open.set(socket, { bytesSent: socket.bytesWritten, bytesReceived: socket.bytesRead })
      socket.once('close', () => {
        const before = open.get(socket)
        open.delete(socket)
        if (before === undefined) return
        const last = sinceAdded(socket, before)
        bytesSent += last.bytesSent
        bytesReceived += last.bytesReceived
      })
    },
    counts: () => {
      const total = { bytesSent, bytesReceived }
      for (const [socket, before] of open) {
        const now = sinceAdded(socket, before)
        total.bytesSent += now.bytesSent
        total.bytesReceived += now.bytesReceived
      }
      return total
    },
  }
}
