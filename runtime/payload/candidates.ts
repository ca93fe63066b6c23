import type { Candidate, ValueKind } from '../model/payload.ts'
import type { Spot } from './spot.ts'
import type { Cut } from './text/cut-text.ts'
import { placedHosts } from './text/placed-hosts.ts'
import { namedBefore } from './text/text-context.ts'
import { type ReadValue, textValues } from './text/text-values.ts'
import { wholeValue } from './values.ts'
import type { Work } from './work.ts'

/** Makes candidates of the texts of one request, each of them once. */
export class Candidates {
  readonly #work: Work
  readonly #onFound: (candidate: Candidate) => void
  readonly #seen = new Set<string>()

  constructor(work: Work, onFound: (candidate: Candidate) => void) {
    this.#work = work
    this.#onFound = onFound
  }

  text(text: string, spot: Spot, cut: Cut): void {
    const { field } = spot
    if (spot.whole && field.wholeSinks.length > 0) this.#whole(text, spot)
    const all = textValues(text, field.reading, cut)
    this.#work.spend(VALUE_WORK * (count(text, '@') + count(text, '//')))
    for (const found of all) {
      if (found.kind === 'url' && field.scope) continue
      this.add(found.kind, found.value, spot, field.recipient || this.#isNamed(found, spot))
    }
    if (field.hosts === null || cut !== 'whole') return
    for (const host of placedHosts(text, field.hosts)) this.add('host', host, spot, field.recipient)
  }

  add(kind: ValueKind, value: string, spot: Spot, recipient: boolean): void {
    const { label, sinks } = spot.field
    const place = kind === 'credential' ? 'credential' : recipient ? 'recipient' : 'text'
    const key = `${kind} ${place} ${label}\n${value}`
    if (this.#seen.has(key)) return
    if (this.#seen.size >= MAX_CANDIDATES) {
      this.#work.note(`more than ${MAX_CANDIDATES} destinations`)
      return
    }
    this.#seen.add(key)
    this.#onFound({ kind, value, field: label, encoding: spot.encoding, place, sinks })
  }

  /** Only where the field is a text with names of its own in it: XML, GraphQL, SMTP, a mail's head in a subject. */
  #isNamed({ reading, start }: ReadValue, { field }: Spot): boolean {
    if (SMTP.test(reading.slice(Math.max(0, start - 24), start))) return true
    const isInjected = HEADER_LINE.test(field.names.at(-1) ?? '') && /[\r\n]/.test(reading)
    if (!isInjected && !field.label.endsWith('body') && !GRAPHQL.test(reading)) return false
    return this.#work.spend(CONTEXT_WORK) && namedBefore(reading, start)
  }

  #whole(text: string, spot: Spot): void {
    const value = wholeValue(text)
    if (value !== '') this.add('value', value, spot, spot.field.recipient)
  }
}

function count(text: string, mark: string): number {
  let found = 0
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) found++
  return found
}

/** What becomes a line of a mail's head: a line break in it begins another one. */
const HEADER_LINE = /^(?:subject|from|from_?name|sender|name|title|headers?)$/i
const SMTP = /\brcpt\s+to:\s*<?$/i
const GRAPHQL = /^\s*(?:mutation|query|subscription)\b/
const MAX_CANDIDATES = 4096
/** In bytes: what a value, or what could be one, costs beside its text. */
const VALUE_WORK = 256
/** And what looking at its surroundings costs. */
const CONTEXT_WORK = 1024
