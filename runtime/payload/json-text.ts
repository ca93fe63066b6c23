/** The text between the quotes of a JSON string. What is no escape of JSON's stands for itself. */
export function jsonText(raw: string): string {
  if (!raw.includes('\\')) return raw
  try {
    const text: unknown = JSON.parse(`"${raw}"`)
    if (typeof text === 'string') return text
  } catch {
    // Control characters, or a piece cut within an escape.
  }
  return raw.replace(ESCAPE, escaped)
}

/** `~` and `/` as a JSON pointer has them (RFC 6901, 3). */
export function pointerSegment(key: string): string {
  return /[~/]/.test(key) ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key
}

export function isJsonNumber(text: string): boolean {
  return NUMBER.test(text)
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|(.))/gs
const SHORT: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

function escaped(_: string, hex: string | undefined, short: string | undefined): string {
  if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
  return SHORT[short ?? ''] ?? short ?? ''
}
