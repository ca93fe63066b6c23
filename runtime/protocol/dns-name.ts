/** A name's labels as the message has them, without the root's empty one; at most 127. */
export type Labels = readonly Buffer[]

export interface NameInMessage {
  readonly labels: Labels
  /** Offset of what follows the name where it stands. */
  readonly end: number
}

/**
 * Reads a name (RFC 1035 4.1.4). A pointer must lead before all that was read for this name, so there are no
 * loops, and their number is bounded like that of labels. Null if malformed.
 */
export function readName(message: Buffer, start: number): NameInMessage | null {
  const labels: Buffer[] = []
  let at = start
  let end = -1
  let lowest = start
  for (let wireLength = 1, pointers = 0; ; ) {
    const size = message[at]
    if (size === undefined) return null
    if (size === 0) return { labels, end: end === -1 ? at + 1 : end }
    if (size >= 0xc0) {
      const target = ((size & 0x3f) << 8) | (message[at + 1] ?? 0xff)
      if (target >= lowest || target < HEADER || ++pointers > MAX_LABELS) return null
      if (end === -1) end = at + 2
      lowest = target
      at = target
      continue
    }
    wireLength += size + 1
    if (size > MAX_LABEL || wireLength > MAX_WIRE) return null
    // One that is cut short is found out by the next read, behind the end.
    labels.push(message.subarray(at + 1, at + 1 + size))
    at += 1 + size
  }
}

/** The wire form of a normalised name (`''` is the root). Null for what is none: labels empty or too long. */
export function encodeName(name: string): Buffer | null {
  if (name === '') return Buffer.alloc(1)
  const labels = name.split('.').map((label) => Buffer.from(label, 'latin1'))
  if (labels.some((label) => label.length === 0 || label.length > MAX_LABEL)) return null
  const wire = Buffer.concat([
    ...labels.flatMap((label) => [Buffer.from([label.length]), label]),
    Buffer.alloc(1),
  ])
  return wire.length <= MAX_WIRE ? wire : null
}

/**
 * A name of any bytes as text (RFC 1035 5.1): what is not a letter, digit, hyphen or underscore is written `\DDD`.
 * Case is kept; the root is `.`.
 */
export function labelsText(labels: Labels): string {
  if (labels.length === 0) return '.'
  return labels.map((label) => label.toString('latin1').replace(/[^A-Za-z0-9_-]/g, escapeByte)).join('.')
}

export function escapeByte(character: string): string {
  return `\\${character.charCodeAt(0).toString().padStart(3, '0')}`
}

const HEADER = 12
const MAX_LABEL = 63
const MAX_WIRE = 255
const MAX_LABELS = 127
