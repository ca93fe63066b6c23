import { openContent } from './body/body-reader.ts'
import { jsonReader } from './body/json-reader.ts'
import { MimeEntity, outerOf } from './body/mime-entity.ts'
import { type HeaderPair, headerValue, looksLikeMail } from './body/mime-head.ts'
import type { Message } from './body/reader.ts'
import { type ContentDecoder, contentDecoder } from './decode/content-decoder.ts'
import { MAX_LAYERS, type ReadNested, Unfold } from './decode/unfold.ts'
import type { FieldNames } from './field-names.ts'
import { Fields, type FieldsOptions } from './fields.ts'
import { inEncoding, type OnText, type Spot } from './spot.ts'
import { Work } from './work.ts'

/** What one message is read with: its texts, in all their layers, go to `onText`. */
export function newMessage(options: FieldsOptions, onText: OnText, names: FieldNames | null = null): Message {
  const work = new Work()
  const fields = Fields.of(options)
  const readNested: ReadNested = (text, spot, cut) => nested(message, { text, spot, cut })
  const message: Message = { work, fields, unfold: new Unfold(work, onText, readNested), names }
  return message
}

/** Reads a body as its header fields describe it. */
export function bodyDecoder(message: Message, headers: readonly HeaderPair[]): ContentDecoder {
  const codings = headers
    .filter(([name]) => name.toLowerCase() === 'content-encoding')
    .flatMap(([, value]) => value.toLowerCase().split(','))
    .map((coding) => coding.trim())
  const encoding = codings.filter((coding) => coding !== '' && coding !== 'identity').reverse()
  const types = headers.filter(([name]) => name.toLowerCase() === 'content-type').map(([, value]) => value)
  if (new Set(types).size > 1) message.work.note('two content types')
  const spot: Spot = { field: message.fields.body(null), encoding, layers: 0, whole: true }
  const reader = openContent(message, { type: headerValue(headers, 'content-type'), spot, depth: 0 })
  return contentDecoder(codings, reader, message.work)
}

interface Nested {
  readonly text: string
  readonly spot: Spot
  /** `first`: the rest of the text comes by itself, in pieces. */
  readonly cut: 'whole' | 'first'
}

/** A JSON document or a mail within a string. Of one that is in pieces only a mail's head is read. */
function nested(message: Message, { text, spot, cut }: Nested): boolean {
  if (spot.layers >= MAX_LAYERS) return false
  if (/^\s*["[{]/.test(text)) {
    if (cut === 'whole') return nestedJson(message, text, spot)
    if (message.fields.hasPointers) message.work.note('a long document in a string')
    return false
  }
  if (!text.includes(':')) return false
  const mail = mailOf(text)
  if (!looksLikeMail(mail)) return false
  if (spot.layers === 0 && !/^mime-version:/im.test(mail.slice(0, 8192))) return false
  const entity = new MimeEntity(message, { type: '', spot: { ...spot, whole: false }, depth: 0 }, openContent)
  entity.push(Buffer.from(cut === 'whole' ? mail : `${mail.split(EMPTY_LINE, 1)[0]}\n\n`, 'utf8'))
  entity.end()
  return cut === 'whole'
}

const EMPTY_LINE = /\r?\n\r?\n/

/** Without what programs put before a mail (an mbox's line, empty ones); bare carriage returns end lines too. */
function mailOf(text: string): string {
  const lines = text.includes('\n') ? text : text.replaceAll('\r', '\n')
  return /^[\sF]/.test(lines) ? lines.replace(/^\s*(?:From [^\r\n]*\r?\n\s*)?/, '') : lines
}

function nestedJson(message: Message, text: string, spot: Spot): boolean {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return false
  }
  if (typeof value === 'string') message.unfold.text(value, inEncoding(spot, 'json'))
  else {
    const reader = jsonReader(message, inEncoding(spot, 'json'), outerOf(spot))
    reader.push(Buffer.from(text, 'utf8'))
    reader.end()
  }
  return true
}
