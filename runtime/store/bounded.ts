import { LIMITS } from './limits.ts'

/** Text from outside, cut to what a row may hold, with its true length kept in sight. */
export function bounded(text: string, maxLength: number = LIMITS.text): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…(${text.length} characters)`
}

export function boundedOrNull(text: string | null, maxLength: number = LIMITS.text): string | null {
  return text === null ? null : bounded(text, maxLength)
}

/** A list as JSON: at most `maxItems`, each cut. */
export function boundedList(list: readonly string[], maxItems = 32): string {
  if (list.length === 0) return '[]'
  return JSON.stringify(list.slice(0, maxItems).map((item) => bounded(item)))
}
