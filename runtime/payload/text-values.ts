import { type Cut, cutAtEnd, cutAtStart } from './cut-text.ts'
import type { FoundValue, Placed, Reading } from './found.ts'
import { bareHosts } from './host-text.ts'
import { mailAddresses } from './mail-text.ts'
import { urls } from './url-text.ts'
import { visibleReadings } from './visible-text.ts'

/** Mail addresses, URLs and bare hosts that stand in a text as it is, in no order; one may come twice. */
export function textValues(text: string, reading: Reading, cut: Cut = 'whole'): FoundValue[] {
  if (!MARKS.test(text)) return []
  const [first = text, second] = visibleReadings(text)
  const found = valuesOf(first, reading, cut)
  if (second === undefined) return found
  // Of a value that was broken up, this reading sees the parts.
  const parts = valuesOf(second, reading, cut)
  return [...found, ...parts.filter((part) => !found.some((whole) => whole.value.includes(part.value)))]
}

/** What at least one of each value's characters is; `@` and the stops in their wide forms too. */
const MARKS = /[@./:\uff20\ufe6b\uff0e\uff61\u3002\u2024\ufe52\uff0f\uff1a]/

function valuesOf(text: string, reading: Reading, cut: Cut): FoundValue[] {
  const links = urls(text, reading.hosts)
  const mails = text.includes('@') ? mailsIn(text, reading, links) : []
  const taken = [...links, ...mails].sort((one, other) => one.start - other.start)
  const all = [...links, ...mails, ...bareHosts(text, reading.hosts, taken)]
  return cut === 'whole' ? all : all.filter((one) => isWhole(one, text, cut))
}

function mailsIn(text: string, reading: Reading, links: readonly Placed[]): Placed[] {
  const found = mailAddresses(text, reading.mails, links)
  const bare = withoutComments(text)
  const rewritten = reading.mails === 'any' ? closedUp(bare) : bare
  return rewritten === text ? found : [...found, ...placeless(mailAddresses(rewritten, reading.mails, []))]
}

/** Its offsets are another text's: no range of this one is taken. */
function placeless(found: readonly Placed[]): Placed[] {
  return found.map((one) => ({ ...one, start: 0, end: 0 }))
}

/** `a(comment)@b.c` (RFC 5322, 3.2.2): comments away, the innermost first. */
function withoutComments(text: string): string {
  if (!text.includes('(')) return text
  let bare = text
  for (let depth = 0; depth < MAX_NESTED; depth++) {
    const less = bare.replace(COMMENT, '')
    if (less === bare) break
    bare = less
  }
  return bare
}

const MAX_NESTED = 4
const COMMENT = /\((?:[^()\\]|\\.){0,256}\)/g

/** `a @ b . c`, as RFC 5322, 4.4 still allows. */
function closedUp(text: string): string {
  return text
    .replace(/\s{0,8}@\s{0,8}/g, '@')
    .replace(/(\w)(?:\s{1,8}\.\s{0,8}|\s{0,8}\.\s{1,8})(?=\w)/g, '$1.')
}

function isWhole({ start, end }: Placed, text: string, cut: Cut): boolean {
  return !(cutAtStart(cut) && start === 0) && !(cutAtEnd(cut) && end >= text.length)
}
