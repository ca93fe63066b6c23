import type { Profile } from '../../runtime/model/profile.ts'
import type { Mode } from '../../runtime/model/verdict.ts'
import type { RunOptions } from './arguments.ts'
import { looked, readTrial, type Trial, trialFile, trialState, writeTrial } from './trial-record.ts'

/** A start's mode, and what a person is told of it at each start. */
export interface StartMode {
  readonly mode: Mode
  readonly news: readonly string[]
}

/**
 * A trial holds for every start of its server, with the option or without, until a person's own command ends it; its
 * date only says from when on it is asked whether to. Throws `store-failed` where a new one cannot be kept.
 */
export function modeOf(
  options: Pick<RunOptions, 'mode' | 'readOnly' | 'trial'>,
  { name, mode }: Pick<Profile, 'name' | 'mode'>,
  store: string,
  now: number = Date.now(),
): StartMode {
  const kept = readTrial(store, name)
  const trial = kept === null && options.trial !== null ? begin(store, name, options.trial, now) : kept
  if (trial === 'unreadable') {
    return readOnly(
      `${trialFile(store, name)} cannot be read, and may be a trial: read-only. ${endText(name)}`,
    )
  }
  const state = trial === null ? null : trialState(trial, now)
  if (trial !== null && state !== 'ended') {
    keepLook(store, name, trial, now)
    const other = options.trial !== null && options.trial !== trial.until - trial.begun
    const note = other
      ? [`--trial changes nothing of a trial that has begun: it holds. ${endText(name)}`]
      : []
    return { mode: 'read-only', news: [trialText(name, trial, state === 'over'), ...note] }
  }
  if (options.readOnly) return readOnly(READ_ONLY)
  const ended = trial?.ended ?? null
  const news =
    options.trial !== null && ended !== null
      ? [
          `the trial was ended on ${day(ended)}: not read-only, and --trial begins no other. --read-only makes it so`,
        ]
      : []
  return { mode: options.mode ?? mode, news }
}

const READ_ONLY =
  'read-only: tools that do not say that they only read are hidden, and requests that do not only read go nowhere'

function readOnly(news: string): StartMode {
  return { mode: 'read-only', news: [news] }
}

function begin(store: string, name: string, length: number, now: number): Trial {
  const trial: Trial = { begun: now, until: now + length, seen: now, over: false, ended: null }
  writeTrial(store, name, trial)
  return trial
}

function keepLook(store: string, name: string, trial: Trial, now: number): void {
  const seen = looked(trial, now)
  if (seen === trial) return
  try {
    writeTrial(store, name, seen)
  } catch {
    // It stays read-only in any case.
  }
}

function trialText(name: string, { begun, until }: Trial, over: boolean): string {
  const what = `mcp-run trial --profile ${name} lists what was refused`
  if (!over) return `read-only until ${day(until)}, on trial since ${day(begun)}; ${what}`
  return `the trial since ${day(begun)} is over, and it stays read-only until you decide; ${what}. ${endText(name)}`
}

function endText(name: string): string {
  return `mcp-run trial end --profile ${name} ends it`
}

/** `2026-12-04 10:30 UTC`. */
export function day(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
