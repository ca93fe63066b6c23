import { domainToASCII } from 'node:url'

/**
 * A host name as a profile, an SNI or a Host header gives it, in its one normal form: lower case, `xn--` labels
 * (UTS 46), without the trailing dot. Labels of 1 to 63 letters, digits, hyphens and underscores, 253 in all.
 * Null for everything else, and for an address in any spelling (`10.0.0.1`, `0x7f.1`, `2130706433`, `::1`).
 */
export function normaliseName(text: string): string | null {
  if (text.length > MAX_INPUT) return null
  const labels = text.split(SEPARATOR)
  if (labels.length > 1 && labels.at(-1) === '') labels.pop()
  return join(labels.map((label) => (PLAIN.test(label) ? label.toLowerCase() : labelToAscii(label))))
}

/**
 * The same for the labels of a name in a DNS message, without the root's empty one. The root itself is `''`.
 * A byte outside the alphabet gives null, a dot inside a label too: it would read as another name.
 */
export function nameFromLabels(labels: readonly Buffer[]): string | null {
  if (labels.length === 0) return ''
  return join(labels.map((label) => label.toString('latin1').toLowerCase()))
}

/** Characters, not bytes: an `xn--` name may come from a shorter or a longer text. */
const MAX_INPUT = 1024
const MAX_NAME = 253
/** The full stop and what UTS 46 maps to it. */
const SEPARATOR = /[.\u3002\uff0e\uff61]/
const PLAIN = /^[A-Za-z0-9_-]+$/
const PLAIN_OR_UNICODE = /^[A-Za-z0-9_\-\u{a0}-\u{10ffff}]+$/u
const LABEL = /^[a-z0-9_-]{1,63}$/
/** A last label that makes URL parsers and inet_aton read the whole as an address. */
const NUMBER = /^(?:[0-9]+|0x[0-9a-f]*)$/

function join(labels: readonly string[]): string | null {
  if (!labels.every((label) => LABEL.test(label))) return null
  if (NUMBER.test(labels.at(-1) ?? '')) return null
  const name = labels.join('.')
  return name.length <= MAX_NAME ? name : null
}

/**
 * domainToASCII is a URL's host parser: it decodes percent signs, drops tabs and reads numbers as addresses.
 * So it gets one label at a time, of safe ASCII, with a last label that is no number.
 */
function labelToAscii(label: string): string {
  if (!PLAIN_OR_UNICODE.test(label)) return ''
  const ascii = domainToASCII(`${label}.a`)
  return ascii.endsWith('.a') ? ascii.slice(0, -2) : ''
}
