// What JSON.stringify leaves as it is though a terminal may act on it or hide it: DEL, C1 controls, format
// characters (bidi, zero-width, tags), line and paragraph separators, fillers and variation selectors.
const UNSAFE = /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\u034f|\u115f|\u1160|\u3164|\uffa0|[\ufe00-\ufe0f]/gu
// Inside strings a line end is already escaped: the only ones left are those of the layout.
const LINE_END = '\n'
const PLAIN = /^[\x20-\x7e\n]*$/

/** JSON that is safe to show: the same value to a parser, plain text to a terminal. `indent` in spaces. */
export function safeJson(value: unknown, indent = 0): string {
  const text = JSON.stringify(value, null, indent)
  // Nearly all is plain, and the classes above are slow to match: 40 us a line.
  if (PLAIN.test(text)) return text
  return text.replace(UNSAFE, (character) => (character === LINE_END ? character : escapeUnits(character)))
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`
  }).join('')
}
