import { isUtf8 } from 'node:buffer'
import { CharClass } from '../text/char-class.ts'
import { type Cut, cutAtEnd, cutAtStart, cutOf } from '../text/cut-text.ts'

/** Bytes that stand in a text as base64 or hexadecimal. Whether they mean anything is for the caller to see. */
export interface EncodedRun {
  readonly encoding: 'base64' | 'hex'
  readonly bytes: Buffer
  /** Which piece of the whole this is, where the text is itself a piece. */
  readonly cut: Cut
}

/** In linear time. */
export function encodedRuns(text: string, cut: Cut): EncodedRun[] {
  const found: EncodedRun[] = spaced(text, cut)
  for (const [run, start, end] of blocks(text, isWholly(text) ? LEAST_WHOLE : LEAST)) {
    const own = cutOf(start === 0 && cutAtStart(cut), end === text.length && cutAtEnd(cut))
    const decoded = hexRun(run) ?? base64Run(run)
    found.push({ ...decoded, cut: own })
    if (isUtf8(decoded.bytes)) continue
    const parts = cutAtStart(own) ? [...longParts(run), ...shifted(run)] : longParts(run)
    for (const part of parts) found.push({ ...part, cut: own })
  }
  return found
}

/** A text that is nothing else, in pieces: `cGhh bkBn`, `70 68 61 6e`, `70:68:61:6e`. */
function spaced(text: string, cut: Cut): EncodedRun[] {
  if (cut !== 'whole' || text.length > MAX_SPACED) return []
  if (HEX_PAIRS.test(text)) {
    return [{ encoding: 'hex', bytes: Buffer.from(text.replace(/0x|[^0-9a-f]+/gi, ''), 'hex'), cut }]
  }
  if (PADDED.test(text)) {
    const groups = text
      .trim()
      .split(/=+/)
      .map((group) => base64Run(group).bytes)
    return [{ encoding: 'base64', bytes: Buffer.concat(groups), cut }]
  }
  if (!SPACED.test(text)) return []
  const { bytes } = base64Run(text.replace(/\s+/g, ''))
  return isUtf8(bytes) ? [{ encoding: 'base64', bytes, cut }] : []
}

const MAX_SPACED = 65_536
const HEX_PAIRS = /^\s*(?:0x)?[0-9a-f]{2}(?:[\s:,-]{1,3}(?:0x)?[0-9a-f]{2}){5,}\s*$/i
/** With padding in the middle, as where texts were put together that each had their own. */
const PADDED = /^\s*[A-Za-z0-9+/_-]{2,}={1,2}[A-Za-z0-9+/_-]{2}[A-Za-z0-9+/_=-]*\s*$/
const SPACED = /^[A-Za-z0-9+/_-]+(?:\s+[A-Za-z0-9+/_-]+)+={0,2}\s*$/

type Decoded = Omit<EncodedRun, 'cut'>

/** Both alphabets (RFC 4648, 4 and 5). */
const BASE64 = new CharClass(/[A-Za-z0-9+/_-]/, false)
/** Ten characters of text: `a@evil.com`. Words of that length are common, but as base64 they are no text. */
const LEAST = 14
/** A text that is nothing else: `a@b.co`. */
const LEAST_WHOLE = 8
const LEAST_HEX = 12
/** Of bytes of chance there would be many. */
const MAX_PARTED = 4096

function isWholly(text: string): boolean {
  return text.length < 4 * LEAST && /^\s*[A-Za-z0-9+/_-]{8,}={0,2}\s*$/.test(text)
}

/**
 * Runs with where they begin and end. Lines of one length, but for a shorter last one, are one text (RFC 2045, 6.8); that last
 * one may be none of it.
 */
function* blocks(text: string, least: number): Generator<readonly [run: string, start: number, end: number]> {
  let done = 0
  for (const [start, end] of BASE64.runs(text, least)) {
    if (start < done) continue
    const width = end - start
    const full = [text.slice(start, end)]
    let last = ''
    for (done = end; last === ''; ) {
      const from = done + (lineBreak(text, done) ?? text.length)
      const to = BASE64.runEnd(text, from, from + width + 1)
      if (to <= from || to - from > width) break
      if (to - from === width) full.push(text.slice(from, to))
      else last = text.slice(from, to)
      done = to
    }
    yield [full.join(''), start, done - last.length]
    if (last !== '') yield [full.join('') + last, start, done]
  }
}

/** How long a line break and the indentation behind it are. */
function lineBreak(text: string, at: number): number | null {
  const code = text.charCodeAt(at)
  if (code !== 10 && code !== 13) return null
  return LINE_BREAK.exec(text.slice(at, at + 16))?.[0].length ?? null
}

const LINE_BREAK = /^\r?\n?[ \t]{0,8}/

function hexRun(run: string): Decoded | null {
  if (!HEX_LIKE.test(run)) return null
  const digits = run.replace(/^0x/i, '')
  return HEX.test(digits) && digits.length >= LEAST_HEX && digits.length % 2 === 0
    ? { encoding: 'hex', bytes: Buffer.from(digits, 'hex') }
    : null
}

const HEX_LIKE = /^[0-9a-fx]+$/i
const HEX = /^[0-9a-f]+$/i

function base64Run(run: string): Decoded {
  return { encoding: 'base64', bytes: Buffer.from(run, 'base64') }
}

/** A prefix (`key-…`, `/path/…`) puts the rest out of step. */
function longParts(run: string): Decoded[] {
  if (run.length > MAX_PARTED) return []
  const parts = run.split(/[-_/+]/)
  if (parts.length === 1) return []
  return parts.filter((part) => part.length >= LEAST).map((part) => hexRun(part) ?? base64Run(part))
}

/** What begins within a group of four. */
function shifted(run: string): Decoded[] {
  return [1, 2, 3].map((by) => base64Run(run.slice(by)))
}
