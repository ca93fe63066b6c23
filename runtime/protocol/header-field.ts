/** A field's name in lower case, and its value without the white space around it. */
export type HeaderField = readonly [name: string, value: string]

export type HeaderResult =
  | { readonly ok: true; readonly fields: readonly HeaderField[] }
  | { readonly ok: false; readonly what: string }

/**
 * The field lines of a message head (RFC 9112 5), given as Latin-1 text with a CRLF after each. What readers are
 * known to disagree about is refused: folded lines, a space before the colon, bare CR, LF or NUL.
 */
export function readHeaderFields(text: string): HeaderResult {
  const fields: HeaderField[] = []
  const lines = text.split('\r\n')
  lines.pop()
  for (const line of lines) {
    if (line.startsWith(' ') || line.startsWith('\t')) return { ok: false, what: 'folded header' }
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0))
    if (!NAME.test(name)) return { ok: false, what: 'header name' }
    const value = trimBlanks(line.slice(colon + 1))
    if (!VALUE.test(value)) return { ok: false, what: 'header value' }
    fields.push([name.toLowerCase(), value])
  }
  return { ok: true, fields }
}

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** Tab, visible ASCII, space and the bytes above ASCII (RFC 9110 5.5). */
const VALUE = /^[\t -~\x80-\xff]*$/

/** By hand: `/[\t ]+$/` takes quadratic time on a long run of blanks. */
function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text[start])) start++
  while (end > start && isBlank(text[end - 1])) end--
  return text.slice(start, end)
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}
