import { encodedRuns } from '../payload/decode/encoded-runs.ts'
import { newMessage } from '../payload/message-reader.ts'
import type { Spot } from '../payload/spot.ts'
import { type Cut, cutAtEnd, cutAtStart, cutOf } from '../payload/text/cut-text.ts'
import { placedHosts } from '../payload/text/placed-hosts.ts'
import { textValues } from '../payload/text/text-values.ts'
import { assembledTexts } from './assembled.ts'

/** A host, URL or mail address in a program's text. */
export interface CodeAddress {
  readonly kind: 'mail' | 'host' | 'url'
  /** Canonical. */
  readonly value: string
  /** How it is written, outermost first: `base64`, `hex`, `escape`, …, or `assembled`; empty: as it is. */
  readonly encoding: readonly string[]
  /** A name that could as well be something else: the whole of a string that looks like a host's. */
  readonly perhaps: boolean
  /** Offset in the text; null where it was decoded. */
  readonly at: number | null
}

/** Read at a time: others get their turn in between. Pieces overlap by more than any value is long. */
const PIECE = 65_536
const OVERLAP = 4096

export interface Piece {
  readonly start: number
  readonly end: number
  readonly addresses: readonly CodeAddress[]
}

/** All addresses of a text, piece by piece, so that a caller can stop. In linear time, whatever the text. */
export function* codeAddresses(text: string): Generator<Piece> {
  for (let start = 0; start === 0 || start + OVERLAP < text.length; start += PIECE - OVERLAP) {
    const end = Math.min(text.length, start + PIECE)
    const found = pieceAddresses(text.slice(start, end), cutOf(start > 0, end < text.length))
    const addresses = found.map((one) => (one.at === null ? one : { ...one, at: one.at + start }))
    yield { start, end, addresses }
  }
}

/** Those of one line or another short text. */
export function lineAddresses(line: string): readonly CodeAddress[] {
  return pieceAddresses(line, 'whole')
}

const WINDOW = 2048

/** Where in a piece an address stands that is not written as it is; null where it is longer than a window. */
export function encodedAt(
  text: string,
  { start, end }: Pick<Piece, 'start' | 'end'>,
  { kind, value }: CodeAddress,
): number | null {
  const holds = (from: number, to: number) =>
    lineAddresses(text.slice(from, to)).some((one) => one.kind === kind && one.value === value)
  for (let from = start; from < end; from += WINDOW / 2) {
    const to = Math.min(end, from + WINDOW)
    if (!holds(from, to)) continue
    const last = edge(from, to, (at) => holds(from, at))
    return edge(last, from, (at) => holds(at, last))
  }
  return null
}

/** Between `out`, where something does not hold, and `hold`, where it does: the last place towards `out` where it does. */
function edge(out: number, hold: number, holds: (at: number) => boolean): number {
  let [no, yes] = [out, hold]
  while (Math.abs(yes - no) > 1) {
    const middle = (yes + no) >> 1
    if (holds(middle)) yes = middle
    else no = middle
  }
  return yes
}

function pieceAddresses(text: string, cut: Cut): readonly CodeAddress[] {
  const found = new Map<string, CodeAddress>()
  const add = (one: CodeAddress): void => {
    const key = `${one.kind} ${one.value}`
    if (found.size < MAX_FOUND && found.get(key)?.perhaps !== false) found.set(key, one)
  }
  for (const { kind, value, start, reading } of textValues(text, SURE, cut))
    add({ kind, value, encoding: [], perhaps: false, at: reading === text ? start : null })
  for (const one of decoded(text, cut)) add(one)
  for (const one of assembledTexts(text)) {
    for (const { kind, value } of textValues(one, SURE))
      add({ kind, value, encoding: ['assembled'], perhaps: false, at: null })
  }
  for (const { index, 2: literal = '' } of text.matchAll(LITERAL_HOST)) {
    for (const value of placedHosts(literal, 'link'))
      add({ kind: 'host', value, encoding: [], perhaps: !/^[\d.]+$/.test(value), at: index + 1 })
  }
  return [...found.values()]
}

const SURE = { mails: 'sure', urls: 'sure', hosts: 'sure' } as const
const MAX_FOUND = 4096
const LITERAL_HOST = /(["'`])((?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{1,63}(?::\d{1,5})?)\1/gi

/** What stands there in base64, hexadecimal or escapes, to three layers; never the piece as a whole: that is slow. */
function decoded(text: string, cut: Cut): readonly CodeAddress[] {
  const found: CodeAddress[] = []
  const take = (one: string, { encoding }: Spot, own: Cut): void => {
    if (encoding.length === 0) return
    for (const { kind, value } of textValues(one, SURE, own))
      found.push({ kind, value, encoding, perhaps: false, at: null })
  }
  const message = newMessage({ rules: [], sharing: false, all: false }, take)
  const spot: Spot = { field: message.fields.body(null), encoding: [], layers: 0, whole: false }
  for (const run of encodedRuns(text, cut)) {
    if (!isText(run.bytes)) continue
    message.unfold.bytes(run.bytes, { ...spot, encoding: [run.encoding], layers: 1 }, run.cut)
  }
  for (const [start, end] of escapedParts(text)) {
    // Between line breaks nothing of it touches an edge that is none, and it is no document of its own.
    const [head, tail] = [
      start > 0 || cutAtStart(cut) ? '' : '\n',
      end < text.length || cutAtEnd(cut) ? '' : '\n',
    ]
    message.unfold.text(`${head}${text.slice(start, end)}${tail}`, spot, 'middle')
  }
  return found
}

/** Identifiers are runs of base64's letters too, and decode to bytes of chance; compressed data begins with 0x1f or x. */
function isText(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, 24)
  let plain = 0
  for (let at = 0; at < length; at++) {
    const byte = bytes[at] ?? 0
    if ((byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13) || byte === 0) plain++
  }
  return plain >= length * 0.75 || bytes[0] === 0x1f || bytes[0] === 0x78
}

const ESCAPE =
  /\\(?:x[0-9a-f]{2}|u[0-9a-f{]|[0-3][0-7]{2})|%[0-9a-f]{2}|&#x?[0-9a-f]{1,7};|&(?:commat|period|sol|colon);/gi
/** More than an address is long, on both sides. */
const AROUND = 320

/** Where escapes of characters stand, with what is around them. */
function escapedParts(text: string): readonly (readonly [start: number, end: number])[] {
  const parts: [number, number][] = []
  for (const { index } of text.matchAll(ESCAPE)) {
    const last = parts.at(-1)
    const [start, end] = [Math.max(0, index - AROUND), Math.min(text.length, index + AROUND)]
    if (last !== undefined && start <= last[1]) last[1] = end
    else parts.push([start, end])
  }
  return parts
}
