import type Database from 'better-sqlite3'
import type { KnownTraits } from '../model/traits.ts'
import { readKnownTraits, type VersionKey } from './read/known-traits.ts'
import { openSqlite } from './sqlite.ts'

/**
 * Reads what earlier sessions left beside the writing, a step at a time: a commit waits for one step at most. What is
 * written meanwhile, this session's own rows among it, is not seen: it reads the file as it was when it was made.
 */
export class KnownReading {
  readonly #db: Database.Database
  readonly #steps: Generator<KnownTraits | null, undefined>
  readonly #first: KnownTraits | null | undefined

  constructor(file: string, own: VersionKey) {
    this.#db = openSqlite(file, { readonly: true, fileMustExist: true })
    try {
      this.#db.exec('BEGIN')
      this.#steps = readKnownTraits(this.#db, own)
      this.#first = this.#steps.next().value
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  /** Gives each part, and null when that was all. What fails is given to `onFailure`. */
  start(onPart: (part: KnownTraits | null) => void, onFailure: (error: unknown) => void): void {
    if (this.#first) onPart(this.#first)
    const step = () => {
      if (!this.#db.open) return
      try {
        const { value, done } = this.#steps.next()
        if (done === true) this.end()
        if (done === true || value !== null) onPart(value ?? null)
        if (done !== true) setImmediate(step)
      } catch (error) {
        onFailure(error)
      }
    }
    setImmediate(step)
  }

  end(): void {
    this.#db.close()
  }
}
