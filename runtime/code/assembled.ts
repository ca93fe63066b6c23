/**
 * Texts that a piece of code makes of its strings when it is run, as far as that can be read off: joined with `+`, made
 * of character codes, written backwards. In linear time; empty where there are none.
 */
export function assembledTexts(code: string): readonly string[] {
  return [joined(code), fromCodes(code), backwards(code)].filter((text) => text !== '')
}

/** So much around a joint: more than any address is long. */
const AROUND = 200
const JOINT = /(["'`])\s{0,16}\+\s{0,16}(["'`])/g

/** `'gift' + 'shop.club'` */
function joined(code: string): string {
  const parts: string[] = []
  let done = 0
  for (const { index, 0: joint } of code.matchAll(JOINT)) {
    const end = index + joint.length + AROUND
    // The next joint's surroundings go on where these end.
    if (end <= done) continue
    parts.push(code.slice(Math.max(done, index - AROUND), end))
    done = end
  }
  return parts.join('\n').replace(JOINT, '')
}

const CODES = /(?:0x[0-9a-f]{2}|\d{2,3})(?:\s{0,8},\s{0,8}(?:0x[0-9a-f]{2}|\d{2,3})){6,}/gi

/** `String.fromCharCode(104, 116, …)`, `[0x68, 0x74, …]` */
function fromCodes(code: string): string {
  const texts: string[] = []
  for (const [list] of code.matchAll(CODES)) {
    const bytes = list.split(',').map(Number)
    if (bytes.every((byte) => byte >= 0x20 && byte < 0x7f))
      texts.push(String.fromCharCode(...bytes.slice(0, MAX_CODES)))
  }
  return texts.join('\n')
}

const MAX_CODES = 10_000
const LITERAL = /"[^"\\\n]{6,300}"|'[^'\\\n]{6,300}'|`[^`\\\n]{6,300}`/g

/** Only where something is turned round at all. */
function backwards(code: string): string {
  if (!code.includes('.reverse()')) return ''
  const literals = code.match(LITERAL) ?? []
  return literals.map((one) => [...one].reverse().join('')).join('\n')
}
