/** Of one body: what is longer is not read before it goes on, so it does not go on. */
export const MAX_HELD_BODY = 8 * 1024 * 1024

/** Room in memory for the bodies of one session that wait for their verdict. */
export interface HeldBytes {
  /** False: there is no room for so many more. */
  take(bytes: number): boolean
  give(bytes: number): void
}

export function heldBytes(limit = 8 * MAX_HELD_BODY): HeldBytes {
  let held = 0
  return {
    take: (bytes) => {
      if (held + bytes > limit) return false
      held += bytes
      return true
    },
    give: (bytes) => {
      held -= bytes
    },
  }
}
