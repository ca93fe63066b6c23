import { percent } from '../decode/escapes.ts'

/** A header's value with parameters: `multipart/form-data; boundary=x`. */
export interface Parametrised {
  /** In small letters, without blanks. */
  readonly value: string
  /** By name in small letters; the first of each name. */
  readonly parameters: ReadonlyMap<string, string>
  /** Names of which there is another one that says something else: readers differ in which they take. */
  readonly doubled: ReadonlySet<string>
}

/** Lenient, in linear time (RFC 9110, 5.6.6). `name*` is `name` (RFC 8187), and so are its pieces (RFC 2231, 3). */
export function parametrised(text: string): Parametrised {
  const short = text.slice(0, MAX_TEXT)
  const first = /^[^;]*/.exec(short)?.[0] ?? ''
  const parameters = new Map<string, string>()
  const doubled = new Set<string>()
  for (const [, name = '', quoted, plain = ''] of short.slice(first.length).matchAll(PARAMETER)) {
    const [, key = '', piece] = NAME.exec(name.toLowerCase()) ?? []
    const written = quoted?.replace(/\\(.)/g, '$1') ?? plain.trim().replace(SINGLE_QUOTED, '$1')
    const value = name.endsWith('*') ? extended(written) : written
    const before = parameters.get(key)
    if (before === undefined) parameters.set(key, value)
    else if (piece !== undefined) parameters.set(key, before + value)
    else if (before !== value) doubled.add(key)
  }
  return { value: first.trim().toLowerCase(), parameters, doubled }
}

/** `utf-8''B%63c` (RFC 8187). */
function extended(value: string): string {
  const plain = value.replace(/^[\w-]*'[\w-]*'/, '')
  return percent(plain) ?? plain
}

const MAX_TEXT = 4096
/** The number of a piece; the first one's is 0. */
const NAME = /^([^*]*)(?:\*0|\*([1-9]\d?))?\*?/
/** As PHP takes it. */
const SINGLE_QUOTED = /^'(.*)'$/
const PARAMETER = /;\s*([\w!#$%&'*+.^`|~-]{1,64})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))/g
