import type { Journal } from './model/journal.ts'

/** A journal that takes nothing yet. What entries describe leaves only when they are written: so nothing leaves. */
export interface HeldJournal extends Journal {
  /** Writes what has waited, in its order; from here on it is the journal itself. */
  release(): void
  /** Whatever waits, or comes, is never written. */
  refuse(error: unknown): void
}

export function holdJournal(journal: Journal): HeldJournal {
  let held = true
  let settle: (error: unknown) => void = () => undefined
  const released = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === null ? resolve() : reject(error))
  })
  released.catch(() => undefined)
  return {
    write: (...entries) =>
      held ? released.then(() => journal.write(...entries)) : journal.write(...entries),
    close: () => journal.close(),
    release: () => {
      settle(null)
      // Those that wait are written in this turn, before any that comes after it.
      released.then(() => {
        held = false
      })
    },
    refuse: (error) => settle(error),
  }
}
