import { openContent } from './body/body-reader.ts'
import { jsonReader } from './body/json-reader.ts'
import { MimeEntity, outerOf } from './body/mime-entity.ts'
import { type HeaderPair, headerValue, looksLikeMail } from './body/mime-head.ts'
import type { Message } from './body/reader.ts'
import { type ContentDecoder, contentDecoder } from './decode/content-decoder.ts'
import { MAX_LAYERS, Unfold } from './decode/unfold.ts'
import type { FieldNames } from './field-names.ts'
import { Fields, type FieldsOptions } from './fields.ts'
import { inEncoding, type OnText, type Spot } from './spot.ts'
import { Work } from './work.ts'

/** What one message is read with: its texts, in all their layers, go to `onText`. */
export function newMessage(options: FieldsOptions, onText: OnText, names: FieldNames | null = null): Message {
  const work = new Work()
  const fields = Fields.of(options)
  const readNested = (text: string, spot: Spot): boolean => nested(message, text, spot)
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
  const spot: Spot = { field: message.fields.body(null), encoding, layers: 0, whole: true }
  const reader = openContent(message, { type: headerValue(headers, 'content-type'), spot, depth: 0 })
  return contentDecoder(codings, reader, message.work)
}

/** A JSON document or a mail within a string. */
function nested(message: Message, text: string, spot: Spot): boolean {
  if (spot.layers >= MAX_LAYERS) return false
  if (/^\s*["[{]/.test(text)) return nestedJson(message, text, spot)
  if (!text.includes(':') || !looksLikeMail(text)) return false
  if (spot.layers === 0 && !/^mime-version:/im.test(text.slice(0, 8192))) return false
  const mail = new MimeEntity(message, { type: '', spot: { ...spot, whole: false }, depth: 0 }, openContent)
  mail.push(Buffer.from(text, 'utf8'))
  mail.end()
  return true
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
