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
    for (const found of textValues(text, field.reading, cut)) {
      if (found.kind === 'url' && field.scope) continue
      this.add(found.kind, found.value, spot, field.recipient || isNamedRecipient(found, spot))
    }
    if (field.hosts === null || cut !== 'whole') return
    for (const host of placedHosts(text, field.hosts)) this.add('host', host, spot, field.recipient)
  }

  add(kind: ValueKind, value: string, spot: Spot, recipient: boolean): void {
    const { label, sinks } = spot.field
    const place = kind === 'credential' ? 'credential' : recipient ? 'recipient' : 'text'
    const key = `${kind} ${place} ${label}\n${value}`
    if (this.#seen.has(key)) return
    this.#work.spend(CANDIDATE_WORK)
    if (this.#seen.size >= MAX_CANDIDATES) {
      this.#work.note(`more than ${MAX_CANDIDATES} destinations`)
      return
    }
    this.#seen.add(key)
    this.#onFound({ kind, value, field: label, encoding: spot.encoding, place, sinks })
  }

  #whole(text: string, spot: Spot): void {
    const value = wholeValue(text)
    if (value !== '') this.add('value', value, spot, spot.field.recipient)
  }
}

/** Only where the field is a whole text with names of its own in it: XML, GraphQL, SMTP, a mail. */
function isNamedRecipient({ reading, start }: ReadValue, { field }: Spot): boolean {
  return (field.label.endsWith('body') || GRAPHQL.test(reading)) && namedBefore(reading, start)
}

const GRAPHQL = /^\s*(?:mutation|query|subscription)\b/
const MAX_CANDIDATES = 4096
/** In bytes: what finding one costs more than reading its text. */
const CANDIDATE_WORK = 256
