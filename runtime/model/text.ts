/**
 * Text from outside, made safe to show: control characters, line and paragraph separators, bidirectional and
 * zero-width controls and lone surrogates are written as escapes, and what is too long is cut.
 */
export function escapeText(text: string, maxLength = 512): string {
  const cut = text.length > maxLength
  const head = cut ? text.slice(0, maxLength) : text
  const safe = head.replace(UNSAFE, escapeCharacter)
  return cut ? `${safe}…(${text.length} characters)` : safe
}

// Controls, format characters (zero-width, bidi, tags), line and paragraph separators, surrogates; then what draws
// nothing though it counts as a letter or a mark: grapheme joiner, Hangul fillers, variation selectors.
const UNSAFE = /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}|\u034f|\u115f|\u1160|\u3164|\uffa0|[\ufe00-\ufe0f]/gu

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
  return `\\u{${code.toString(16)}}`
}
