import { inBackground, type RecorderContext } from './context.ts'
import type { Relay } from './relay.ts'

const PROGRESS_MS = 10_000

/** The relays under way, whose counts are written every ten seconds. */
export interface OpenRelays {
  add(flow: string, relay: Relay): void
  /** What was sent goes out, and that is all; later relays likewise. */
  drain(): void
  abort(cause: string): void
}

export function openRelays(context: RecorderContext): OpenRelays {
  const relays = new Map<string, { readonly relay: Relay; reported: number }>()
  let draining = false
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
    add: (flow, relay) => {
      relays.set(flow, { relay, reported: 0 })
      if (draining) relay.drain()
      void relay.ended.then(() => relays.delete(flow))
    },
    drain: () => {
      clearInterval(timer)
      draining = true
      for (const { relay } of relays.values()) relay.drain()
    },
    abort: (cause) => {
      clearInterval(timer)
      for (const { relay } of relays.values()) relay.abort(cause)
    },
  }
}
