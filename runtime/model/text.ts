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

// C0, DEL, C1; soft hyphen, combining grapheme joiner, Arabic letter mark; zero-width and bidi controls; line and
// paragraph separators; word joiner to bidi isolates; BOM; interlinear marks; tags; variation selectors; surrogates.
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|\p{Surrogate}/gu

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
  return `\\u{${code.toString(16)}}`
}
