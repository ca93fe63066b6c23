import type { Candidate, GivenSource, Provenance, ValueKind } from '../../../runtime/model/payload.ts'
import { createGivenValues, type GivenValuesOptions } from '../../../runtime/provenance/given-values.ts'

/**
 * What happens, in order: `call: TEXT`, `environment: TEXT`, `profile: TEXT`, `response: TEXT`, `server: TEXT` are
 * given, `sent: KIND VALUE` is weighed, and `wait: MS` lets milliseconds go by.
 */
export type Step = string

export type Expected = [kind: Provenance['kind'], ...sources: GivenSource[]]

export const NONE: Expected = ['none']
export const CALL: Expected = ['given', 'call-arguments']
/** The server said it, or sent it, before the client did. */
export const REPEATED: Expected = ['given', 'call-arguments', 'server']
export const SERVER: Expected = ['server', 'server']
export const RESPONSE: Expected = ['response', 'response']

export function afterSteps(steps: readonly Step[], options: GivenValuesOptions = {}) {
  let now = 1_700_000_000_000
  const given = createGivenValues({ key: Buffer.alloc(32, 7), clock: () => now, ...options })
  for (const step of steps) {
    const [, what = '', text = ''] = /^(\w+): (.*)$/s.exec(step) ?? []
    if (what === 'wait') now += Number(text)
    else if (what === 'sent') given.weigh([candidate(text)])
    else given.give(what === 'call' ? 'call-arguments' : (what as GivenSource), [text])
  }
  return given
}

/** `KIND VALUE` */
export function candidate(text: string): Candidate {
  const [, kind, value = ''] = /^(\w+) (.*)$/s.exec(text) ?? []
  return { kind: kind as ValueKind, value, field: '/x', encoding: [], place: 'recipient', sinks: [] }
}

export function weighed(steps: readonly Step[], value: string): Expected {
  const [provenance] = afterSteps(steps).weigh([candidate(value)])
  return [provenance?.kind ?? 'none', ...(provenance?.sources ?? [])]
}
