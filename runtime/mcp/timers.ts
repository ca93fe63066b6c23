/** The two calls that waiting needs, so that tests can hold the clock. Times are milliseconds. */
export interface Timers {
  set(callback: () => void, delayMs: number): unknown
  clear(handle: unknown): void
}

export const systemTimers: Timers = {
  set: (callback, delayMs) => setTimeout(callback, delayMs),
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
}

/** Resolves when the promise settles, either way, or the time is over; leaves no timer behind. */
export function settledWithin(promise: Promise<unknown>, delayMs: number, timers: Timers): Promise<void> {
  return new Promise((resolve) => {
    const handle = timers.set(resolve, delayMs)
    const settled = () => {
      timers.clear(handle)
      resolve()
    }
    promise.then(settled, settled)
  })
}
