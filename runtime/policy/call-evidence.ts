import type { EvidenceValue } from '../model/alert.ts'
import type { Attribution } from '../model/call.ts'

/** `call`: the one that it is tied to; `calls`: those that it may be tied to. */
export function callOf(attribution: Attribution | null): Record<string, EvidenceValue> {
  if (attribution === null) return {}
  const [first] = attribution.calls
  const call = attribution.kind === 'one' && first !== undefined ? { id: first.id, tool: first.tool } : null
  const several =
    attribution.kind === 'ambiguous' ? { calls: attribution.calls.slice(0, 8).map(({ id }) => id) } : {}
  return { attribution: attribution.kind, call, ...several }
}
