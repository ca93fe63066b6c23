import { createServer, type Socket } from 'node:net'
import { acceptRest } from './accept-rest.ts'
import { inBackground } from './context.ts'
import { type FlowOptions, handleFlow } from './flow.ts'
import type { GapCounter } from './gap-counter.ts'
import type { Relay } from './relay.ts'

/** Connections of one session at a time; beyond, they are refused and counted. */
const MAX_FLOWS = 1024
const PROGRESS_MS = 10_000

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
  const relays = new Map<string, { readonly relay: Relay; reported: number }>()

  let closing = false
  let accepted = 0
  const onRelay: FlowOptions['onRelay'] = (flow, relay) => {
    relays.set(flow, { relay, reported: 0 })
    if (closing) relay.drain()
    void relay.ended.then(() => relays.delete(flow))
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    accepted++
    if (sockets.size >= MAX_FLOWS) {
      gaps.add('flow-limit')
      socket.resetAndDestroy()
      return
    }
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // Until a relay listens, an error has nothing to say beyond the close that follows it.
    socket.on('error', () => undefined)
    const flow = handleFlow({ ...options, onRelay }, socket)
      .catch(() => {
        socket.destroy()
      })
      .finally(() => flows.delete(flow))
    flows.add(flow)
  })
  server.listen({ fd })

  const report = async (): Promise<void> => {
    const entries = [...relays].flatMap(([flow, entry]) => {
      const counts = entry.relay.counts()
      const total = counts.bytesSent + counts.bytesReceived
      if (total === entry.reported) return []
      entry.reported = total
      return [{ kind: 'flow-progress', flow, counts } as const]
    })
    if (entries.length > 0) await context.record(...entries)
  }
  const timer = setInterval(() => inBackground(report()), PROGRESS_MS)
  timer.unref()

  return {
    drain: async () => {
      clearInterval(timer)
      await acceptRest(() => accepted)
      server.close()
      closing = true
      for (const { relay } of relays.values()) relay.drain()
      await Promise.all(flows)
    },
    cut: async (cause) => {
      server.close()
      for (const { relay } of relays.values()) relay.abort(cause)
      for (const socket of sockets) socket.destroy()
      await Promise.all(flows)
    },
  }
}
