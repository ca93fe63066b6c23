import { createServer, type Socket } from 'node:net'
import { acceptRest } from './accept-rest.ts'
import { type FlowOptions, handleFlow } from './flow.ts'
import type { GapCounter } from './gap-counter.ts'
import { openRelays } from './open-relays.ts'

/** Connections of one session at a time; beyond, they are refused and counted. */
const MAX_FLOWS = 1024

export interface CaptureOptions extends Omit<FlowOptions, 'onRelay'> {
  readonly gaps: GapCounter
}

export interface Capture {
  /** For when the server has ended: accepts no more, and resolves when all that it had sent is sent on. */
  drain(): Promise<void>
  /** Cuts what is left, and resolves when every flow's row is complete. */
  cut(cause: string): Promise<void>
}

/** Accepts every TCP connection that the server makes, whatever address it dialled. */
export function serveCapture(fd: number, options: CaptureOptions): Capture {
  const { context, gaps } = options
  const sockets = new Set<Socket>()
  const flows = new Set<Promise<void>>()
  const relays = openRelays(context)
  let accepted = 0
  let ending = false
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    accepted++
    if (ending || sockets.size >= MAX_FLOWS) {
      gaps.add('flow-limit')
      socket.resetAndDestroy()
      return
    }
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // Until a relay listens, an error has nothing to say beyond the close that follows it.
    socket.on('error', () => undefined)
    const flow = handleFlow({ ...options, onRelay: relays.add }, socket)
      .catch(() => {
        socket.destroy()
      })
      .finally(() => flows.delete(flow))
    flows.add(flow)
  })
  server.listen({ fd })

  return {
    drain: async () => {
      await acceptRest(() => accepted)
      server.close()
      relays.drain()
      await Promise.all(flows)
    },
    cut: async (cause) => {
      // What still waits is counted: to look at each may take longer than the end does.
      ending = true
      await acceptRest(() => accepted)
      server.close()
      relays.abort(cause)
      for (const socket of sockets) socket.destroy()
      await Promise.all(flows)
    },
  }
}
