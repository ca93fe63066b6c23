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
    if (this.#reader !== null) this.#reader.push(bytes)
    else {
      this.#start = Buffer.concat([this.#start, bytes])
      if (this.#start.length >= ENOUGH) this.#begin()
    }
  }

  end(): void {
    if (this.#reader === null) this.#begin()
    this.#reader?.end()
  }

  #begin(): void {
    const start = this.#start
    this.#start = NOTHING
    this.#reader = openBody(this.#message, this.#content, start)
    if (start.length > 0) this.#reader.push(start)
  }
}

export function openContent(message: Message, content: Content): Reader {
  return new BodyReader(message, content)
}

function openBody(message: Message, content: Content, start: Buffer): Reader {
  const { value: type, parameters } = parametrised(content.type)
  const isMultipart = type.startsWith('multipart/')
  const charset = wideCharset(start) ?? (isMultipart ? null : otherCharset(parameters.get('charset')))
  if (charset !== null) {
    const inner = openContent(message, { ...content, type: content.type.replace(/;\s*charset=[^;]*/gi, '') })
    return Transcoder.open(charset, inner, message.work) ?? inner
  }
  if (compressionOf(start) !== null) return new GatheredReader(message, content.spot)
  const sealed = sealedKind(start)
  if (sealed !== null) message.work.note(sealed)
  const boundary = parameters.get('boundary') ?? boundaryOf(start, type)
  if (boundary !== undefined && (isMultipart || type === '')) return openMultipart(message, content, boundary)
  return openPlain(message, content, type, start)
}

function openMultipart(message: Message, content: Content, boundary: string): Reader {
  const around = textReader(message, content.spot)
  if (content.depth > MAX_DEPTH) {
    message.work.note('nested too deeply')
    return around
  }
  const newPart = (): Reader => new MimeEntity(message, content, openContent)
  return new MultipartReader(boundary, newPart, around)
}

function openPlain(message: Message, content: Content, type: string, start: Buffer): Reader {
  const { spot } = content
  const outer = outerOf(spot)
  const text = start.toString('latin1').replace(/^\xef\xbb\xbf/, '')
  const json = (): Reader => jsonReader(message, spot, outer)
  const form = (): Reader => formReader(message, spot, outer)
  const isForm = type === 'application/x-www-form-urlencoded'
  if (/^\s*[[{]/.test(text)) return isForm ? both(json(), form()) : json()
  if (isForm) return form()
  if (/[/+](?:x-)?(?:nd)?json(?:l|-seq|lines)?$/.test(type) && /^\W{0,8}["\d[{tfn-]/.test(text)) return json()
  if (type === 'message/rfc822' || (LOOSE.test(type) && looksLikeMail(text))) {
    return new MimeEntity(message, content, openContent)
  }
  if (SEALED_TYPE.test(type)) message.work.note(type.slice(0, 64))
  if (start.some(isBinary)) return binaryReader(message, spot)
  if (type === '' && FORM.test(text)) return form()
  return textReader(message, spot)
}

/** Controls that no text has. */
function isBinary(byte: number): boolean {
  return byte < 0x09 || (byte > 0x0d && byte < 0x1b)
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

const ENOUGH = 512
const MAX_DEPTH = 8
const NOTHING = Buffer.alloc(0)
const LOOSE = /^(?:|text\/plain|application\/octet-stream)$/
const FORM = /^[\w.%+[\]-]{1,128}=[^\s]*$/
/** Values in them are told apart by lengths, not by marks: only some are found. */
const SEALED_TYPE =
  /^application\/(?:grpc|(?:x-|vnd\.google\.)?protobuf|(?:x-)?msgpack|vnd\.msgpack|cbor|avro|x-thrift)/
