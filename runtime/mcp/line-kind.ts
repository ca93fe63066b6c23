export type LineKind = 'message' | 'blank' | 'other'

const QUOTE = 0x22
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/**
 * Whether a line can be a JSON-RPC message (or a batch of them), by its first two tokens and its last one:
 * cheap, and enough to tell it from a log line such as `[info] ready`. `head` may be the beginning of a line
 * of `length` bytes; then its end isn't judged.
 */
export function lineKind(head: Buffer, length: number): LineKind {
  const first = afterSpace(head, 0)
  const isWhole = head.length === length
  if (first === head.length) return isWhole ? 'blank' : 'other'
  if (!opensMessage(head[first], head[afterSpace(head, first + 1)])) return 'other'
  if (!isWhole) return 'message'
  const last = head[beforeSpace(head)]
  return last === (head[first] === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY) ? 'message' : 'other'
}

function opensMessage(first: number | undefined, second: number | undefined): boolean {
  if (first === OPEN_OBJECT) return second === QUOTE || second === CLOSE_OBJECT
  return first === OPEN_ARRAY && second === OPEN_OBJECT
}

function afterSpace(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && isSpace(bytes[at] as number)) at++
  return at
}

function beforeSpace(bytes: Buffer): number {
  let at = bytes.length - 1
  while (at > 0 && isSpace(bytes[at] as number)) at--
  return at
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d
}
