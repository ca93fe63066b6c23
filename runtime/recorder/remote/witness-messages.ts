import type { Attribution } from '../../model/call.ts'
import type { Candidate, Provenance } from '../../model/payload.ts'

/** The recorder elsewhere to mcp-run, who hears the conversation. */
export type WitnessQuestion =
  | { readonly kind: 'witness-attribution'; readonly id: number }
  | { readonly kind: 'witness-weigh'; readonly id: number; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'witness-learn'; readonly texts: readonly string[] }

export type WitnessAnswer =
  | { readonly kind: 'witness-attributed'; readonly id: number; readonly attribution: Attribution }
  | { readonly kind: 'witness-weighed'; readonly id: number; readonly provenances: readonly Provenance[] }
  /** There is no answer to this question. */
  | { readonly kind: 'witness-failed'; readonly id: number; readonly message: string }
