import type { RecordedRun } from '../../runtime/model/profile.ts'

/** The same run, made again. */
export interface RunAgain {
  /** Names and addresses that the server asked for, sorted. */
  readonly hosts: readonly string[]
  /** What went wrong before the server's tools were known, or that the recorded one is not among them. */
  readonly failure: string | null
  /** Its package could not be fetched. */
  readonly absent: boolean
}

export type Comparison =
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly changes: readonly string[] }
  /** The profile says itself that its package is not to be had: nothing can be said of it. */
  | { readonly kind: 'not-run'; readonly why: string }

/** What differs between a recorded run and the same made again, in words. `note`: the profile's. */
export function compareRuns(recorded: RecordedRun, again: RunAgain, note: string | null): Comparison {
  if (again.absent && note !== null) return { kind: 'not-run', why: note }
  const changes = [
    ...(again.failure === null ? [] : [again.failure]),
    ...again.hosts
      .filter((host) => !recorded.hosts.includes(host))
      .map((host) => `contacts ${host}, which it did not`),
    // What did not start says nothing of what it would have contacted.
    ...recorded.hosts
      .filter((host) => again.failure === null && !again.hosts.includes(host))
      .map((host) => `does not contact ${host} any more`),
  ]
  return changes.length === 0 ? { kind: 'same' } : { kind: 'changed', changes }
}
