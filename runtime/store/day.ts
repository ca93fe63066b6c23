/** Milliseconds of a UTC day: POSIX time has no leap seconds. */
export const DAY = 86_400_000

/** The UTC day of a time, counted from 1970. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY)
}
