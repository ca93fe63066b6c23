import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../../profiles/atomic-write.ts'
import { McpRunError } from '../../runtime/model/errors.ts'
import { safeName } from '../../runtime/store/store-folder.ts'

/** A server's trial, as it is kept. Times are milliseconds since 1970, UTC. */
export interface Trial {
  readonly begun: number
  readonly until: number
  /** The latest time at which it was looked at: a clock before it has been set back. */
  readonly seen: number
  /** Its date has come, whatever a clock says later. */
  readonly over: boolean
  /** When a person ended it; null: it holds. */
  readonly ended: number | null
}

export type TrialState = 'running' | 'over' | 'ended'

const MAX_BYTES = 4096
/** Clocks are set by a little all the time. */
const CLOCK_SLACK_MS = 3_600_000

export function trialFile(store: string, server: string): string {
  return join(store, 'trials', `${safeName(server)}.json`)
}

/** Null: there is none. `unreadable`: there is something, and nobody can say what. */
export function readTrial(store: string, server: string): Trial | 'unreadable' | null {
  let descriptor: number
  try {
    descriptor = openSync(trialFile(store, server), constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : 'unreadable'
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile() || stat.size > MAX_BYTES) return 'unreadable'
    return asTrial(JSON.parse(readFileSync(descriptor, 'utf8'))) ?? 'unreadable'
  } catch {
    return 'unreadable'
  } finally {
    closeSync(descriptor)
  }
}

/** Throws `store-failed`. */
export function writeTrial(store: string, server: string, trial: Trial): void {
  try {
    const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())
    const { begun, until, seen, over, ended } = trial
    const kept = { begun: iso(begun), until: iso(until), seen: iso(seen), over, ended: iso(ended) }
    writeFileAtomically(trialFile(store, server), `${JSON.stringify(kept)}\n`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new McpRunError('store-failed', `The trial of ${server} cannot be kept (${code}).`, {
      hint: `See who owns ${store} and whether it can be written, or choose another folder with --store.`,
      cause: error,
    })
  }
}

/** A clock that was set back prolongs nothing: the date counts as come. */
export function trialState({ until, seen, over, ended }: Trial, now: number): TrialState {
  if (ended !== null) return 'ended'
  return over || now >= until || now < seen - CLOCK_SLACK_MS ? 'over' : 'running'
}

/** The trial as it is after a look at it; the same one where nothing is to be kept. */
export function looked(trial: Trial, now: number): Trial {
  const over = trialState(trial, now) === 'over'
  if (trial.ended !== null || (over === trial.over && now - trial.seen < CLOCK_SLACK_MS)) return trial
  return { ...trial, over, seen: Math.max(trial.seen, now) }
}

function asTrial(value: unknown): Trial | null {
  if (typeof value !== 'object' || value === null) return null
  const { begun, until, seen, over, ended = null } = value as Partial<Record<keyof Trial, unknown>>
  const [first, last, latest, end] = [begun, until, seen, ended].map(timeOf)
  if (first == null || last == null || latest == null || end === undefined) return null
  return typeof over === 'boolean' ? { begun: first, until: last, seen: latest, over, ended: end } : null
}

/** Undefined for what is no time. */
function timeOf(value: unknown): number | null | undefined {
  if (value === null) return null
  const at =
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}
