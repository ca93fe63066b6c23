/**
 * Text of an address to its bytes: 4 for IPv4, 16 for IPv6, and 4 for IPv4 in IPv6's mapped form (RFC 4291,
 * 2.5.5.2). Only the strict dotted quad is IPv4: no `0x7f.1`, no `127.1`, no leading zeros. No zone identifiers.
 */
export function parseAddress(text: string): Uint8Array | null {
  if (text.length > MAX_TEXT) return null
  return text.includes(':') ? unmapped(parseV6(text)) : parseV4(text)
}

/** RFC 5952 for 16 bytes, the dotted quad for 4. */
export function formatAddress(bytes: Uint8Array): string {
  return bytes.length === 4 ? bytes.join('.') : formatV6(bytes)
}

/** The one text that an address has here; null for what is no address. */
export function canonicalAddress(text: string): string | null {
  const bytes = parseAddress(text)
  return bytes === null ? null : formatAddress(bytes)
}

/** Of `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`. */
const MAX_TEXT = 45
const QUAD = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/
const WORD = /^[0-9a-fA-F]{1,4}$/

function parseV4(text: string): Uint8Array | null {
  const parts = QUAD.exec(text)?.slice(1).map(Number)
  return parts?.every((part) => part <= 255) ? Uint8Array.from(parts) : null
}

function parseV6(text: string): Uint8Array | null {
  const halves = text.split('::')
  const [before = '', after] = halves
  if (halves.length > 2) return null
  const head = parseWords(before, after === undefined)
  const tail = parseWords(after ?? '', true)
  if (head === null || tail === null) return null
  const missing = 8 - head.length - tail.length
  if (after === undefined ? missing !== 0 : missing < 1) return null
  const words = [...head, ...new Array<number>(missing).fill(0), ...tail]
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]))
}

/** Only the last word of the whole text may be a dotted quad. */
function parseWords(text: string, last: boolean): number[] | null {
  if (text === '') return []
  const words: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    const quad = last && index === parts.length - 1 ? parseV4(part) : null
    if (quad !== null) words.push(word(quad, 0), word(quad, 2))
    else if (WORD.test(part)) words.push(Number.parseInt(part, 16))
    else return null
  }
  return words
}

function unmapped(bytes: Uint8Array | null): Uint8Array | null {
  if (bytes === null || !isMapped(bytes)) return bytes
  return bytes.subarray(12)
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
}

function formatV6(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, index) => word(bytes, index * 2))
  const [start, length] = longestZeroRun(words)
  const hex = words.map((value) => value.toString(16))
  if (length < 2) return hex.join(':')
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
}

/** The first of the longest ones (RFC 5952, 4.2.3), as start and length. */
function longestZeroRun(words: readonly number[]): [number, number] {
  let best: [number, number] = [0, 0]
  let start = 0
  for (const [index, value] of words.entries()) {
    if (value !== 0) start = index + 1
    else if (index + 1 - start > best[1]) best = [start, index + 1 - start]
  }
  return best
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}
