import type Database from 'better-sqlite3'

/** Row numbers a millisecond. 1024 times any time of this century stays below 2^53. */
export const PER_MILLISECOND = 1024

/** The lowest number that a row of this time or later can have. */
export function firstRowAt(at: number): number {
  return at * PER_MILLISECOND
}

/**
 * Numbers rows so that their order is the order of commits and a range of time is a range of numbers: never
 * below the row's time, always above the row before it, whichever process wrote that one.
 */
export class RowNumbers {
  readonly #highest: Database.Statement<[], number>
  #last: number | null = null

  constructor(db: Database.Database, table: 'flows' | 'dns' | 'http_requests') {
    this.#highest = db.prepare<[], number>(`SELECT coalesce(max(n), 0) FROM ${table}`).pluck()
  }

  next(at: number): number {
    this.#last ??= this.#highest.get() ?? 0
    this.#last = Math.max(this.#last + 1, firstRowAt(at))
    return this.#last
  }

  /** Another process has written: what was the highest may not be any more. */
  forget(): void {
    this.#last = null
  }
}
