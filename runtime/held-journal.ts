import type { Journal } from './model/journal.ts'

/** A journal that takes nothing yet. What entries describe leaves only when they are written: so nothing leaves. */
export interface HeldJournal extends Journal {
  /** Writes what has waited, in its order; from here on it is that journal itself. */
  release(journal: Journal): void
  /** Whatever waits, or comes, is never written. */
  refuse(error: unknown): void
}

export function holdJournal(): HeldJournal {
  let released: Journal | null = null
  let settle: { readonly release: (journal: Journal) => void; readonly refuse: (error: unknown) => void }
  const waited = new Promise<Journal>((release, refuse) => {
    settle = { release, refuse }
  })
  waited.catch(() => undefined)
  return {
    write: (...entries) =>
      released === null ? waited.then((journal) => journal.write(...entries)) : released.write(...entries),
    close: async () => released?.close(),
    release: (journal) => {
      settle.release(journal)
      // Those that wait are written in this turn, before any that comes after it.
      waited.then(() => {
        released = journal
      })
    },
    refuse: (error) => settle.refuse(error),
  }
}
