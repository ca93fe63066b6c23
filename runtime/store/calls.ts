import type { Attribution } from '../model/call.ts'
import { bounded, boundedOrNull } from './bounded.ts'
import { LIMITS } from './limits.ts'

/** A call as a row names it. */
export interface CallLine {
  readonly id: string
  readonly tool: string | null
  readonly method: string
}

/** The calls that were open, and what that says about a row's own: null where nobody listened. */
export interface AttributionLine {
  readonly attribution: Attribution['kind'] | null
  readonly calls: readonly CallLine[]
}

/** The calls of a row as JSON. */
export function callsText(attribution: Attribution | null): string {
  if (attribution === null || attribution.calls.length === 0) return '[]'
  const calls = attribution.calls.slice(0, LIMITS.calls).map(({ id, tool, method }) => ({
    id: bounded(id, LIMITS.shortText),
    tool: boundedOrNull(tool, LIMITS.tool),
    method: bounded(method, LIMITS.shortText),
  }))
  return JSON.stringify(calls)
}

export function parseCalls(text: string): readonly CallLine[] {
  return text === '[]' ? [] : (JSON.parse(text) as CallLine[])
}
