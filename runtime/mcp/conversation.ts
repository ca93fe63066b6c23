import type { Provenance, Witness } from '../model/payload.ts'
import type { GivenValues } from '../provenance/given-values.ts'
import type { CallTracker } from './call-tracker.ts'

export interface WitnessOptions {
  readonly calls: Pick<CallTracker, 'attribution'>
  /** Null where no request is read: then nothing is known of values, and none is asked for. */
  readonly given: Pick<GivenValues, 'give' | 'weigh'> | null
}

/** Knows the conversation that passes through this process. All is done when a method returns, in the order of the calls. */
export function createWitness({ calls, given }: WitnessOptions): Witness {
  return {
    attribution: async () => calls.attribution(),
    weigh: async (candidates) => given?.weigh(candidates) ?? candidates.map(() => NOWHERE),
    learn: (texts) => given?.give('response', texts),
  }
}

const NOWHERE: Provenance = { sources: [], kind: 'none' }
