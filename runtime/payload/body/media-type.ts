import { percent } from '../decode/escapes.ts'

/** A header's value with parameters: `multipart/form-data; boundary=x`. */
export interface Parametrised {
  /** In small letters, without blanks. */
  readonly value: string
  /** By name in small letters; the first of each name. */
  readonly parameters: ReadonlyMap<string, string>
}

/** Lenient, in linear time (RFC 9110, 5.6.6; RFC 8187's `name*` is `name`). */
export function parametrised(text: string): Parametrised {
  const short = text.slice(0, MAX_TEXT)
  const first = /^[^;]*/.exec(short)?.[0] ?? ''
  const parameters = new Map<string, string>()
  for (const [, name = '', quoted, plain] of short.slice(first.length).matchAll(PARAMETER)) {
    const key = name.toLowerCase().replace(/\*.*$/, '')
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain?.trim() ?? ''
    if (!parameters.has(key)) parameters.set(key, name.endsWith('*') ? extended(value) : value)
  }
  return { value: first.trim().toLowerCase(), parameters }
}

/** `utf-8''B%63c` (RFC 8187). */
function extended(value: string): string {
  const plain = value.replace(/^[\w-]*'[\w-]*'/, '')
  return percent(plain) ?? plain
}

const MAX_TEXT = 4096
const PARAMETER = /;\s*([\w!#$%&'*+.^`|~-]{1,64})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))/g
