import { codeOf } from './store-error.ts'

/** Another process's transaction is short; one that lasts this long is stuck. Milliseconds. */
export const BUSY_LIMIT = 60_000

const sleeper = new Int32Array(new SharedArrayBuffer(4))

/**
 * Tries again while another process holds the lock. SQLite's own busy handler waits up to 100 ms between two
 * tries; a commit takes some 50 us, so this one starts with a fifth of a millisecond.
 */
export function retryBusy<T>(action: () => T, limit: number = BUSY_LIMIT): T {
  let pause = 0.2
  const until = Date.now() + limit
  for (;;) {
    try {
      return action()
    } catch (error) {
      if (!codeOf(error).startsWith('SQLITE_BUSY') || Date.now() >= until) throw error
      Atomics.wait(sleeper, 0, 0, pause)
      pause = Math.min(pause * 1.5, 5)
    }
  }
}
