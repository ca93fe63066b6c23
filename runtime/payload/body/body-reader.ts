import { isUtf8 } from 'node:buffer'
import { wideCharset } from '../decode/bytes-text.ts'
import { compressionOf, sealedKind } from '../decode/compressed.ts'
import { Transcoder } from '../decode/transcoder.ts'
import { formReader } from './form-reader.ts'
import { GatheredReader } from './gathered-reader.ts'
import { jsonReader } from './json-reader.ts'
import { parametrised } from './media-type.ts'
import { MimeEntity, outerOf } from './mime-entity.ts'
import { looksLikeMail } from './mime-head.ts'
import { MultipartReader } from './multipart-reader.ts'
import { both, type Content, type Message, type Reader } from './reader.ts'
import { binaryReader, textReader } from './text-reader.ts'

/**
 * Reads a body, or a part's content, as what it is: its first bytes have a say beside its Content-Type, since a
 * service may not care for that either.
 */
export class BodyReader implements Reader {
  readonly #message: Message
  readonly #content: Content
  #start: Buffer = Buffer.alloc(0)
  #reader: Reader | null = null

  constructor(message: Message, content: Content) {
    this.#message = message
    this.#content = content
  }

  push(bytes: Buffer): void {
    if (this.#reader !== null) return void this.#reader.push(bytes)
    const start = this.#start.length === 0 ? bytes : Buffer.concat([this.#start, bytes])
    if (hasEnough(start)) this.#begin(start)
    else this.#start = Buffer.from(start)
  }

  end(): void {
    const reader = this.#reader ?? this.#begin(this.#start)
    reader.end()
  }

  #begin(start: Buffer): Reader {
    this.#start = NOTHING
    const reader = openBody(this.#message, this.#content, start)
    this.#reader = reader
    if (start.length > 0) reader.push(start)
    return reader
  }
}

/** Blanks say nothing of what follows. */
function hasEnough(start: Buffer): boolean {
  if (start.length < ENOUGH) return false
  return start.length >= MAX_START || start.length - blanks(start) >= ENOUGH
}

function blanks(bytes: Buffer): number {
  let count = 0
  while (count < bytes.length && BLANKS.has(bytes[count] ?? 0)) count++
  return count
}

export function openContent(message: Message, content: Content): Reader {
  return new BodyReader(message, content)
}

function openBody(message: Message, content: Content, start: Buffer): Reader {
  const { value: type, parameters, doubled } = parametrised(content.type)
  if (doubled.has('boundary') || doubled.has('charset')) message.work.note('a content type with two readings')
  const isMultipart = type.startsWith('multipart/')
  const charset = wideCharset(start) ?? (isMultipart ? null : otherCharset(parameters.get('charset')))
  if (charset !== null) return openTranscoded(message, content, start, charset)
  if (compressionOf(start) !== null) return new GatheredReader(message, content.spot)
  const sealed = sealedKind(start)
  if (sealed !== null) message.work.note(sealed)
  const boundary = parameters.get('boundary') ?? boundaryOf(start, type)
  if (boundary === undefined || (type !== '' && !isMultipart)) return openPlain(message, content, type, start)
  const parts = openMultipart(message, content, boundary)
  return JSON_START.test(start.toString('latin1'))
    ? both(parts, openPlain(message, content, '', start))
    : parts
}

/**
 * What is said to be UTF-16 and does not look so is read as UTF-8 too, and so is JSON in a charset in which one byte may
 * swallow the next: of JSON, services take no other charset.
 */
function openTranscoded(message: Message, content: Content, start: Buffer, charset: string): Reader {
  const bare = { ...content, type: content.type.replace(/;\s*charset=[^;]*/gi, '') }
  const inner = openContent(message, bare)
  const transcoded = Transcoder.open(charset, inner, message.work)
  if (transcoded === null) return inner
  const isWide = /^utf-?16|^iso-10646|^ucs-?2|^unicode/i.test(charset)
  const mayDiffer = isWide || (JSON_START.test(start.toString('latin1')) && !SINGLE_BYTE.test(charset))
  const isDoubtful = mayDiffer && wideCharset(start) === null
  return isDoubtful ? both(transcoded, openContent(message, bare)) : transcoded
}

function openMultipart(message: Message, content: Content, boundary: string): Reader {
  const around = textReader(message, content.spot)
  if (content.depth > MAX_DEPTH) {
    message.work.note('nested too deeply')
    return around
  }
  const newPart = (): Reader => {
    message.work.spend(PART_WORK)
    return new MimeEntity(message, content, openContent)
  }
  return new MultipartReader(boundary, newPart, around)
}

function openPlain(message: Message, content: Content, type: string, start: Buffer): Reader {
  const { spot } = content
  const outer = outerOf(spot)
  const text = start.toString('latin1').replace(/^\xef\xbb\xbf/, '')
  const json = (): Reader => jsonReader(message, spot, outer)
  const form = (): Reader => formReader(message, spot, outer)
  const isForm = type === 'application/x-www-form-urlencoded'
  if (JSON_START.test(text)) return isForm ? both(json(), form()) : json()
  if (isForm) return form()
  if (/[/+](?:x-)?(?:nd)?json(?:l|-seq|lines)?$/.test(type)) return json()
  if (start.length > 0 && blanks(start) === start.length) return both(json(), textReader(message, spot))
  if (type === 'message/rfc822' || (LOOSE.test(type) && looksLikeMail(text))) {
    return new MimeEntity(message, content, openContent)
  }
  if (SEALED_TYPE.test(type)) message.work.note(type.slice(0, 64))
  // A service may read members in it all the same.
  if (start.length > 0 && content.depth === 0 && spot.field.label === 'body' && message.fields.hasPointers)
    message.work.note('a body without fields')
  if (isBinary(start)) return binaryReader(message, spot)
  if (type === '' && content.depth === 0 && FORM.test(text)) return form()
  return textReader(message, spot)
}

/** Controls that texts hardly have: a few of them in UTF-8 are still text. */
function isBinary(start: Buffer): boolean {
  const controls = start.filter((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x1b)).length
  if (controls === 0) return false
  const last = start.length >= ENOUGH ? start.findLastIndex((byte) => byte < 0x80) + 1 : start.length
  return controls * 8 > start.length || !isUtf8(start.subarray(0, last))
}

/** A charset that is not read as UTF-8 anyway. */
function otherCharset(charset: string | undefined): string | null {
  return charset === undefined || /^(?:utf-?8|us-ascii|ascii)$/i.test(charset) ? null : charset
}

/** Of a multipart body whose boundary was not said. */
function boundaryOf(start: Buffer, type: string): string | undefined {
  if (type !== '' && !type.startsWith('multipart/')) return undefined
  return /^(?:\r?\n)?--([^\r\n]{1,200})\r?\ncontent-/i.exec(start.toString('latin1'))?.[1]?.trimEnd()
}

const JSON_START = /^\s*[[{]/
const BLANKS = new Set(Buffer.from(' \t\r\n'))
const ENOUGH = 512
const MAX_START = 4096
/** There every byte of ASCII stands for itself. */
const SINGLE_BYTE =
  /^(?:iso-?_?8859|latin|l\d|(?:windows|x-cp|cp)-?125|koi8|ibm866|macintosh|x-mac|us-ascii)/i
/** In bytes: what a part costs beside its content. */
const PART_WORK = 512
const MAX_DEPTH = 8
const NOTHING = Buffer.alloc(0)
const LOOSE = /^(?:|text\/plain|application\/octet-stream)$/
const FORM = /^[\w.%+[\]-]{1,128}=[^\s]*$/
/** Values in them are told apart by lengths, not by marks: only some are found. */
const SEALED_TYPE =
  /^application\/(?:grpc|(?:x-|vnd\.google\.)?protobuf|(?:x-)?msgpack|vnd\.msgpack|cbor|avro|x-thrift)/
