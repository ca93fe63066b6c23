import type { FoundValue } from './found.ts'
import { textValues } from './text-values.ts'
import { visible } from './visible-text.ts'

export type { FoundValue } from './found.ts'

/**
 * Mail addresses, URLs and bare hosts in a text: everything that a request finder could take for one, wherever it
 * stood, so that what is found there is found here. Bounded, in linear time.
 */
export function findValues(text: string): readonly FoundValue[] {
  const seen = new Set<string>()
  return textValues(text.slice(0, MAX_TEXT), { mails: 'any', hosts: 'any' })
    .filter(({ kind, value }) => !seen.has(`${kind} ${value}`) && seen.add(`${kind} ${value}`))
    .slice(0, MAX_VALUES)
}

/** NFKC, trimmed, in small letters: how a sink's whole value is compared. */
export function wholeValue(text: string): string {
  return visible(text).trim().toLowerCase()
}

const MAX_TEXT = 1_048_576
const MAX_VALUES = 4096
