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
    // Which of its members a service would take is not known.
    if (spot.whole && field.inSink) this.#work.note('an object in a sink')
    const all = textValues(text, field.reading, cut)
    this.#work.spend(VALUE_WORK * (count(text, '@') + count(text, '//')))
    for (const found of all) {
      if (found.kind === 'url' && field.scope) continue
      this.add(found.kind, found.value, spot, field.recipient || this.#isNamed(found, spot, cut))
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

  /**
   * Only where the field is a text with names of its own in it: XML, GraphQL, SMTP, a filter's rule, a mail's head in a
   * subject, JSON in a long string; or all of it is an address.
   */
  #isNamed({ kind, reading, start, end }: ReadValue, { field }: Spot, cut: Cut): boolean {
    if (field.under && kind === 'mail' && cut === 'whole' && isAll(reading, start, end)) return true
    if (RULE.test(reading.slice(Math.max(0, start - 24), start))) return true
    const name = field.names.findLast((one) => !/^\d*$/.test(one)) ?? ''
    const isHead = HEADERS.test(name) || (HEADER_LINE.test(name) && /[\r\n]/.test(reading))
    const isBody = field.label.endsWith('body') || GRAPHQL.test(reading)
    const isMember = cut !== 'whole' && MEMBER.test(reading.slice(Math.max(0, start - 96), start))
    if (!isHead && !isBody && !isMember) return false
    return this.#work.spend(CONTEXT_WORK) && namedBefore(reading, start)
  }

  #whole(text: string, spot: Spot): void {
    const value = wholeValue(text)
    if (value !== '') this.add('value', value, spot, spot.field.recipient)
  }
}

/** But for the brackets around it. */
function isAll(text: string, start: number, end: number): boolean {
  return /^[\s<"']*$/.test(text.slice(0, start)) && /^[\s>"',;]*$/.test(text.slice(end))
}

function count(text: string, mark: string): number {
  let found = 0
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) found++
  return found
}

/** What becomes a line of a mail's head: a line break in it begins another one. */
const HEADER_LINE = /^(?:subject|from|from_?name|sender|name|title)$/i
const HEADERS = /^(?:[a-z]+[-_]?)?headers?$/i
/** SMTP; Sieve's `redirect :copy "`, and the like of other services. */
const RULE = /\b(?:rcpt\s+to:\s*<?|(?:forward|redirect|notify|bcc|cc)(?:\s{1,4}:\w{1,8})?[\s(]{0,4}[("'])$/i
const MEMBER = /["'][\w-]{1,64}\\{0,8}["']\s{0,4}:[\s[]{0,4}\\{0,8}["'][^"']*$/
const GRAPHQL = /^\s*(?:mutation|query|subscription)\b/
const MAX_CANDIDATES = 4096
/** In bytes: what a value, or what could be one, costs beside its text. */
const VALUE_WORK = 256
/** And what looking at its surroundings costs. */
const CONTEXT_WORK = 1024
