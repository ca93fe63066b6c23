import { hash } from 'node:crypto'
import type { ValueKind } from '../model/payload.ts'

const MAX_PLAIN = 64

/** What a value is known by: short for any length of it, and another for each kind. */
export function valueKey(kind: ValueKind, value: string): string {
  const own = kind === 'value' ? regular(bareValue(value)) : value
  if (own.length <= MAX_PLAIN) return `${kind} ${own}`
  return `${kind}# ${hash('sha256', own, 'base64url')}`
}

/** A sink's value as it may stand in a sentence: without the signs around it, blanks as single spaces. */
export function bareValue(value: string): string {
  const plain = value.replace(BLANKS, ' ')
  return plain.replace(EDGES, '') || plain
}

/** Telephone numbers and UUIDs are the same ones with and without the signs within them. */
function regular(value: string): string {
  if (UUID.test(value)) return value.replaceAll('-', '')
  return PHONE.test(value) ? value.replace(/[ ()-]+/g, '') : value
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/
const PHONE = /^(?=[+(\d])\+?(?=(?:[ ()-]{0,3}\d){7,15}$)[\d ()-]+$/
const BLANKS = /\s+/g
/** Quotes, brackets, stops, and what Markdown puts around words. */
const EDGES = /^[\s"'`“”‘’«»()[\]{}<>.,;:!?*_~|\\]+|[\s"'`“”‘’«»()[\]{}<>.,;:!?*_~|\\]+$/g

/** Of a URL or a mail address, in canonical form; null where there is none. */
export function hostOf(kind: ValueKind, value: string): string | null {
  if (kind === 'mail') return value.slice(value.lastIndexOf('@') + 1)
  if (kind !== 'url') return null
  return /^[^/]*\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^/:]*)/.exec(value)?.[1] ?? null
}
