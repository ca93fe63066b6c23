/**
 * What a text says to a reader who compares by looks and sees no zero-width characters: full-width letters and the
 * like in their plain form (Unicode's NFKC). Where invisible characters were in it, once without them and once with
 * spaces in their place: they may hide within a value or end one.
 */
export function visibleReadings(text: string): readonly string[] {
  if (!UNUSUAL.test(text)) return [text]
  const plain = text.normalize('NFKC').replace(IDEOGRAPHIC_STOP, '.')
  if (!INVISIBLE.test(plain)) return [plain]
  return [plain.replace(ALL_INVISIBLE, ''), plain.replace(ALL_INVISIBLE, ' ')]
}

/** NFKC without what draws nothing. */
export function visible(text: string): string {
  return UNUSUAL.test(text) ? text.normalize('NFKC').replace(ALL_INVISIBLE, '') : text
}

const UNUSUAL = /[^\t\n\r\x20-\x7e]/
const IDEOGRAPHIC_STOP = /\u3002/g
/** Controls, format characters, and what counts as a letter or a mark but draws nothing. */
const INVISIBLE =
  /(?![\t\n\r])\p{Cc}|\p{Cf}|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u3164|\uffa0|[\u180b-\u180d\u180f\ufe00-\ufe0f]/u
const ALL_INVISIBLE = new RegExp(INVISIBLE.source, 'gu')
