import type { AlertEvent } from '../model/alert.ts'
import type { Journal, JournalEntry } from '../model/journal.ts'
import type { Phase } from '../model/session.ts'
import type { Mode } from '../model/verdict.ts'
import type { Rules } from '../policy/rules.ts'

/** What every part of the recorder knows of the session that it records. */
export interface RecorderContext {
  readonly server: string
  readonly session: string
  readonly phase: Phase
  readonly mode: Mode
  readonly rules: Rules
  /** The profile was given as this file; null: it goes by its name. */
  readonly profileFile: string | null
  readonly clock: () => number
  /** Unique over all sessions. */
  readonly nextId: () => string
  /**
   * Commits the entries, then tells of the alerts among them. Rejects when the store fails; the session is
   * ended by then, and nothing may leave.
   */
  readonly record: (...entries: readonly JournalEntry[]) => Promise<void>
}

export interface ContextOptions extends Omit<RecorderContext, 'record' | 'nextId'> {
  readonly journal: Journal
  /** Tells its ids from those that another process gives in the same session. */
  readonly idPrefix?: string
  /** Gives what is written in place of the entries, in the order in which it is asked: what follows from them is among it. */
  readonly follow?: (entries: readonly JournalEntry[]) => Promise<readonly JournalEntry[]>
  /** Each finding, once its row is committed. */
  readonly onAlert: (alert: AlertEvent) => void
  /** The store failed: end the server. */
  readonly onFailure: (error: unknown) => void
}

export function recorderContext(options: ContextOptions): RecorderContext {
  const { journal, follow, onAlert, onFailure, idPrefix = '', ...facts } = options
  let count = 0
  return {
    ...facts,
    nextId: () => `${facts.session}.${idPrefix}${++count}`,
    record: async (...told) => {
      let entries: readonly JournalEntry[] = told
      try {
        if (follow !== undefined) entries = await follow(told)
        await journal.write(...entries)
      } catch (error) {
        onFailure(error)
        throw error
      }
      for (const entry of entries) if (entry.kind === 'alert') onAlert(entry.alert)
    },
  }
}

/** For entries whose failure `record` has already reported, and after which there is nothing left to do. */
export function inBackground(promise: Promise<void>): void {
  promise.catch(() => undefined)
}
