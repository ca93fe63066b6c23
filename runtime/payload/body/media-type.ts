/** A header's value with parameters: `multipart/form-data; boundary=x`. */
export interface Parametrised {
  /** In small letters, without blanks. */
  readonly value: string
  /** By name in small letters; the first of each name. */
  readonly parameters: ReadonlyMap<string, string>
}

/** Lenient, in linear time (RFC 9110, 5.6.6; RFC 2231's `name*` as `name`, its escapes left as they are). */
export function parametrised(text: string): Parametrised {
  const short = text.slice(0, MAX_TEXT)
  const value = /^[^;]*/.exec(short)?.[0] ?? ''
  const parameters = new Map<string, string>()
  for (const [, name = '', quoted, plain] of short.slice(value.length).matchAll(PARAMETER)) {
    const key = name.toLowerCase().replace(/\*.*$/, '')
    if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? plain?.trim() ?? '')
  }
  return { value: value.trim().toLowerCase(), parameters }
}

const MAX_TEXT = 4096
const PARAMETER = /;\s*([\w!#$%&'*+.^`|~-]{1,64})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))/g
