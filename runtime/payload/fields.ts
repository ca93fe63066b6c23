import { type FieldPath, type FieldPattern, fieldPattern, plainSegment } from './field-pattern.ts'
import { hostRole, isRecipient, isScope, isUnderRecipient } from './name-roles.ts'
import type { Reading } from './text/found.ts'

/** A sink of the profile, as the finder needs it. */
export interface FieldRule {
  /** Into the profile's sinks. */
  readonly index: number
  /** `SinkRule.field`. */
  readonly field: string
  readonly values: 'destinations' | 'any'
}

/** A place in a message, and what is made of the values that stand there. */
export interface Field extends FieldPath {
  readonly names: readonly string[]
  readonly recipient: boolean
  /** It stands somewhere within a recipient's field: an address that is all of it is one too. */
  readonly under: boolean
  readonly reading: Reading
  /** Whether the whole of it may be a bare host; `link`: if it looks like no file. */
  readonly hosts: 'host' | 'link' | null
  readonly scope: boolean
  readonly sinks: readonly number[]
  /** Those of them that take any value, as a whole. */
  readonly wholeSinks: readonly number[]
  /** It is within what such a sink would take as a whole. */
  readonly inSink: boolean
}

export interface FieldsOptions {
  readonly rules: readonly FieldRule[]
  /** The request is about whom something goes to. */
  readonly sharing: boolean
  /** Every text is wanted. */
  readonly all: boolean
}

/**
 * The fields of messages. What was encoded within a field is written behind `#`: `/payload#/to` is the member
 * `to` of the JSON in `/payload`, `/raw#part:Bcc` a header of the mail in `/raw`; the outer field's sinks are its
 * sinks too.
 */
export class Fields {
  readonly #patterns: readonly (FieldRule & { readonly matches: FieldPattern })[]
  readonly #sharing: boolean
  readonly #known = new Map<string, Field>()
  /** Whether texts count in which there can be no destination: all of them, or those of some fields. */
  readonly wantsAll: boolean
  readonly wantsWhole: boolean

  private constructor({ rules, sharing, all }: FieldsOptions) {
    this.#patterns = rules.map((rule) => ({ ...rule, matches: fieldPattern(rule.field) }))
    this.#sharing = sharing
    this.wantsAll = all
    this.wantsWhole = rules.some(({ values }) => values === 'any')
  }

  /** The same ones for the same options: what they know of names serves the next message too. */
  static of(options: FieldsOptions): Fields {
    const key = JSON.stringify(options)
    const known = shared.get(key)
    if (known !== undefined) return known
    if (shared.size >= MAX_SHARED) shared.clear()
    const fields = new Fields(options)
    shared.set(key, fields)
    return fields
  }

  pointer(pointer: string, outer: Field | null): Field {
    if (pointer === '') return outer ?? this.body(null)
    return this.#field(pointer, outer, () => pointer.slice(1).split('/').map(plainSegment))
  }

  /** Of a form or a part: `a[b][0]` and `a.b.0` lead inwards like a pointer. */
  named(kind: 'form' | 'part', name: string, outer: Field | null): Field {
    return this.#field(`${kind}:${name}`, outer, () => nameSegments(name))
  }

  outside(kind: 'header' | 'query', name: string): Field {
    return this.#field(`${kind}:${name}`, null, () => (kind === 'query' ? nameSegments(name) : [name]), false)
  }

  /** Some sink is a member, which only a body of members has. */
  get hasPointers(): boolean {
    return this.#patterns.some(({ field }) => field.startsWith('/'))
  }

  path(): Field {
    return this.#field('path', null, () => [], false)
  }

  /** The path's segment of this number, the first being 1; null where no sink names it. */
  segment(number: number): Field | null {
    const label = `path:${number}`
    return this.#patterns.some(({ field }) => field === label)
      ? this.#field(label, null, () => [], false)
      : null
  }

  body(outer: Field | null): Field {
    return outer ?? this.#field('body', null, () => [])
  }

  /** The same field, where something beside it says that it is a recipient's. */
  asRecipient(field: Field): Field {
    return field.recipient ? field : { ...field, recipient: true, reading: RECIPIENT, scope: false }
  }

  #field(own: string, outer: Field | null, split: () => string[], pointed = true): Field {
    const label = outer === null ? own : `${outer.label}#${own}`
    const known = this.#known.get(label)
    if (known !== undefined) return known
    const field = this.#newField({ label, own, outer, names: split(), pointed })
    if (label.length > MAX_LABEL) return field
    if (this.#known.size >= MAX_KNOWN) this.#known.clear()
    this.#known.set(label, field)
    return field
  }

  #newField({ label, own, outer, names, pointed }: NewField): Field {
    // Go reads `ta\u017fk` as `task`, others names in wide letters.
    const segments = pointed ? names.map((name) => name.normalize('NFKC').trim().toLowerCase()) : null
    const paths = pathsOf(label, own, segments, outer)
    const matching = this.#patterns.filter(({ matches }) => paths.some((path) => matches(path) !== null))
    const exact = matching.filter(({ matches }) => paths.some((path) => matches(path) === 'value'))
    const recipient = isRecipient(names, outer?.recipient === true || (pointed && this.#sharing))
    const whole = exact.filter(({ values }) => values === 'any').map(({ index }) => index)
    const named = matching.some(({ field }) => field !== '**')
    return {
      label,
      segments: paths[0]?.segments ?? null,
      names,
      recipient,
      under: recipient || outer?.under === true || isUnderRecipient(names),
      reading: recipient || named ? RECIPIENT : TEXT,
      hosts: hostRole(names),
      scope: !recipient && isScope(names),
      sinks: [...new Set([...(outer?.sinks ?? []), ...matching.map(({ index }) => index)])],
      wholeSinks: whole,
      inSink: whole.length === 0 && matching.some(({ values, field }) => values === 'any' && field !== '**'),
    }
  }
}

interface NewField {
  readonly label: string
  readonly own: string
  readonly outer: Field | null
  readonly names: readonly string[]
  readonly pointed: boolean
}

function nameSegments(name: string): string[] {
  return name.split(/[[\].]+/).filter((segment) => segment !== '')
}

/**
 * The whole way from the outermost field, and the field by itself; a form's name also as one segment, and a query's
 * without the brackets behind it.
 */
function pathsOf(
  label: string,
  own: string,
  segments: readonly string[] | null,
  outer: Field | null,
): readonly FieldPath[] {
  const name = /^(?:form|part):(.*)$/s.exec(own)?.[1]?.toLowerCase()
  const paths: FieldPath[] = [{ label: own, segments }]
  const parameter = /^query:\s*([^[]*)/.exec(own)?.[1]
  if (parameter !== undefined) paths.push({ label: `query:${parameter.trim()}`, segments: null })
  if (name !== undefined && segments !== null && segments.length > 1)
    paths.push({ label: own, segments: [name] })
  if (outer !== null) {
    const way = segments === null || outer.segments === null ? null : [...outer.segments, ...segments]
    paths.unshift({ label, segments: way })
  }
  return paths
}

const MAX_KNOWN = 1024
/** Of those that are kept. */
const MAX_LABEL = 256
const MAX_SHARED = 64
const shared = new Map<string, Fields>()
const RECIPIENT: Reading = { mails: 'any', urls: 'any', hosts: 'sure' }
const TEXT: Reading = { mails: 'sure', urls: 'sure', hosts: 'sure' }
