import { looksSecret } from './redacted-path.ts'
import { remembered } from './remembered.ts'

/**
 * A name or a path's segment without what varies: numbers, dates, ids and hashes become `{n}`, `{date}`, `{id}`, and
 * whatever does not look like a name `{…}`. So nothing that a server writes where a name stands is kept as it is,
 * unless it is a short word.
 */
export const nameShape = remembered(shapeOf, { most: 4096, longest: 64 })

function shapeOf(text: string): string {
  if (/^\d+$/.test(text)) return '{n}'
  if (PLACEHOLDER.test(text)) return text
  if (text.length > MAX_NAME || !NAME.test(text))
    return UUID.test(text) ? '{id}' : DATE.test(text) ? '{date}' : ODD
  if (NUMBERED.test(text) && !HEXADECIMAL.test(text)) return text
  if (looksSecret(text) || ID.some((pattern) => pattern.test(text))) return '{id}'
  return text
}

/** What stands for all that does not look like a name. */
export const ODD = '{…}'

const MAX_NAME = 40
const PLACEHOLDER = /^\{(?:\u2026|n|id|date)\}$/
const NAME = /^[@$-]?[A-Za-z_][\w$-]*$|^v\d+(?:\.\d+)*$/
/** `addressLine2`, `MessageStreamV2`. */
const NUMBERED = /^[A-Za-z]{2,30}\d{1,2}$/
const UUID = /^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i
const DATE = /^\d{4}-\d{2}(?:-\d{2})?(?:[T ][\d:.+Z-]*)?$/
/** Hashes and short ids, with a digit: `added` and `face` are words. */
const HEXADECIMAL = /^(?=.*\d)[0-9a-f]{6,}$/i
const ID = [
  UUID,
  HEXADECIMAL,
  // `C012AB3CD`.
  /^(?=.*\d)(?=.*[A-Z])[A-Z0-9]{6,}$/,
  // `dQw4w9WgXcQ`, but not `getUserV2`.
  /^(?=(?:.*\d){2})(?=.*[a-z])(?=.*[A-Z])[\w-]{8,}$/,
]
