import type { ValueKind } from '../model/payload.ts'
import { percent } from '../payload/decode/escapes.ts'
import type { SaidWords } from './said-words.ts'
import type { Seen } from './seen-filter.ts'
import { hostOf } from './value-key.ts'

/**
 * Whether the server said a value. A URL, which has many spellings, counts where its host and its path were said,
 * whatever stood around them.
 */
export function wasSaid(
  said: SaidWords,
  { kind, value }: { kind: ValueKind; value: string },
  tick: number,
): Seen {
  const host = kind === 'url' ? hostOf(kind, value) : null
  if (host === null) return said.said(value, tick)
  const path = value.slice(value.indexOf(host) + host.length).replace(/^:\d+/, '')
  const seen = said.said(host, tick)
  if (seen === 'never' || !/[^/]/.test(path)) return seen
  const pathSeen = longer(said.said(path, tick), said.said(percent(path) ?? path, tick))
  return pathSeen === 'before' ? seen : pathSeen
}

/** The one that tells more against it. */
export function longer(one: Seen, other: Seen): Seen {
  if (one === 'before' || other === 'before') return 'before'
  return one === 'just' ? one : other
}
