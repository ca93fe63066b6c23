import { remembered } from '../../model/remembered.ts'
import { type Cut, cutAtEnd, cutAtStart } from './cut-text.ts'
import type { Placed, Reading } from './found.ts'
import { bareHosts } from './host-text.ts'
import { mailAddresses } from './mail-text.ts'
import { forgivenUrl, urls } from './url-text.ts'
import { visibleReadings } from './visible-text.ts'

/** A value, and the reading of the text that it was found in: what its offsets count. */
export interface ReadValue extends Placed {
  readonly reading: string
}

/** Mail addresses, URLs and bare hosts that stand in a text as it is, in no order; one may come twice. */
export function textValues(text: string, reading: Reading, cut: Cut = 'whole'): readonly ReadValue[] {
  if (!MARKS.test(text)) return []
  return cut === 'whole' ? wholeValues(reading)(text) : allValues(text, reading, cut)
}

type Values = (text: string) => readonly ReadValue[]
const remembering = new WeakMap<Reading, Values>()

/** Of short texts, what a reading says is remembered. */
function wholeValues(reading: Reading): Values {
  const before = remembering.get(reading)
  if (before !== undefined) return before
  const values = remembered((text) => allValues(text, reading, 'whole'), { most: 1024, longest: 128 })
  remembering.set(reading, values)
  return values
}

function allValues(text: string, reading: Reading, cut: Cut): readonly ReadValue[] {
  const [first = text, second] = visibleReadings(text)
  const found = valuesOf(first, reading, cut)
  const forgiven = reading.urls === 'any' && cut === 'whole' ? forgivenUrl(first) : null
  if (forgiven !== null) found.push(...valuesOf(forgiven, reading, cut))
  if (second === undefined) return found
  const known = new Set(found.map(({ kind, value }) => `${kind} ${value}`))
  const others = valuesOf(second, reading, cut).filter(({ kind, value }) => !known.has(`${kind} ${value}`))
  if (reading.hosts === 'any' || found.length * others.length > MAX_COMPARED) return [...found, ...others]
  return [...found, ...others.filter((part) => !found.some((whole) => isPart(part, whole)))]
}

/** Above it, a few parts of values are given as values too. */
const MAX_COMPARED = 100_000

/** Of a value that was broken up, the reading with blanks sees its beginning or its end. */
function isPart(part: ReadValue, whole: ReadValue): boolean {
  if (part.kind === 'host') return whole.value.includes(part.value)
  return whole.value.endsWith(part.value) || (part.kind === 'url' && whole.value.startsWith(part.value))
}

/** What at least one of each value's characters is; `@` and the stops in their wide forms too. */
const MARKS = /[@./:\uff20\ufe6b\uff0e\uff61\u3002\u2024\ufe52\uff0f\uff1a]/

function valuesOf(text: string, reading: Reading, cut: Cut): ReadValue[] {
  const links = urls(text, reading.urls)
  const mails = text.includes('@') ? mailAddresses(text, reading.mails, links) : []
  const taken = [...links, ...mails].sort((one, other) => one.start - other.start)
  const places = links.filter(({ isPlace }) => isPlace)
  const found = [...places, ...mails, ...bareHosts(text, reading.hosts, taken)]
  return [...read(found, text, cut), ...(text.includes('@') ? rewrittenMails(text, reading, cut) : [])]
}

function rewrittenMails(text: string, reading: Reading, cut: Cut): ReadValue[] {
  const bare = withoutComments(text)
  const rewritten = reading.mails === 'any' ? closedUp(bare) : bare
  if (rewritten === text) return []
  return read(mailAddresses(rewritten, reading.mails, urls(rewritten, reading.urls)), rewritten, cut)
}

function read(found: readonly Placed[], reading: string, cut: Cut): ReadValue[] {
  const whole = cut === 'whole' ? found : found.filter((one) => isWhole(one, reading, cut))
  return whole.map((one) => ({ ...one, reading }))
}

/** `a(comment)@(another)b(one more).c` (RFC 5322, 3.2.2); one that parts no address does no harm. */
function withoutComments(text: string): string {
  return COMMENTED.test(text) ? text.replace(COMMENT, '') : text
}

const COMMENTED = /\)\s{0,8}@|@\s{0,8}\(|@[\w.-]{1,64}\s{0,8}\(/
const INSIDE = '\\((?:[^()\\\\]|\\\\.|\\([^()]{0,64}\\)){0,256}\\)'
const COMMENT = new RegExp(
  `${INSIDE}(?=\\s{0,8}@)|(?<=@\\s{0,8})${INSIDE}|(?<=@[\\w.-]{1,64}\\s{0,8})${INSIDE}(?=[\\w.-])`,
  'g',
)

/** `a @ b . c`, as RFC 5322, 4.4 still allows. */
function closedUp(text: string): string {
  return text
    .replace(/\s{0,8}@\s{0,8}/g, '@')
    .replace(/(\w)(?:\s{1,8}\.\s{0,8}|\s{0,8}\.\s{1,8})(?=\w)/g, '$1.')
}

function isWhole({ start, end }: Placed, text: string, cut: Cut): boolean {
  return !(cutAtStart(cut) && start === 0) && !(cutAtEnd(cut) && end >= text.length)
}
