import { setTimeout as pause } from 'node:timers/promises'

/** Work for which nothing waits: it begins when the server has answered, and ends with the server. */
export interface Later {
  begin(): void
  /** Ends what is under way, and waits for that a moment: a client that ends mcp-run does not wait long. */
  end(): Promise<void>
}

/** A client asks for more right after the first answer. */
const AFTER_MS = 5_000
const END_MS = 1_000

export function lookLater(look: (signal: AbortSignal) => Promise<void>): Later {
  const ending = new AbortController()
  const { signal } = ending
  let running: Promise<void> = Promise.resolve()
  return {
    begin: () => {
      running = pause(AFTER_MS, undefined, { signal, ref: false })
        .then(() => look(signal))
        // Nobody asked for it now: the next day's attempt is as good.
        .catch(() => undefined)
    },
    end: async () => {
      ending.abort()
      await Promise.race([running, pause(END_MS)])
    },
  }
}
