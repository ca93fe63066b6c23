import { transferDecoder } from '../decode/transfer-encoding.ts'
import { inEncoding, inField, type Spot } from '../spot.ts'
import { parametrised } from './media-type.ts'
import type { HeaderPair } from './mime-head.ts'
import { headerValue, mimeHead } from './mime-head.ts'
import type { Content, Message, Reader } from './reader.ts'

/** Opens a reader for what a Content-Type says. */
export type OpenContent = (message: Message, content: Content) => Reader

/**
 * A mail, or a part of a multipart body: header fields, an empty line, content. Its header fields are `part:NAME`, a
 * form's part is `part:` and its name; all else stands where the whole does.
 */
export class MimeEntity implements Reader {
  readonly #message: Message
  readonly #content: Content
  readonly #open: OpenContent
  #head: Buffer = Buffer.alloc(0)
  #body: Reader | null = null

  constructor(message: Message, content: Content, open: OpenContent) {
    this.#message = message
    this.#content = content
    this.#open = open
  }

  push(bytes: Buffer): void {
    if (this.#body !== null) this.#body.push(bytes)
    else this.#headBytes(bytes)
  }

  #headBytes(bytes: Buffer): void {
    this.#head = Buffer.concat([this.#head, bytes])
    const [end, next] = headEnd(this.#head)
    if (next === null && this.#head.length < MAX_HEAD) return
    this.#begin(this.#head.subarray(0, end), this.#head.subarray(next ?? end))
  }

  end(): void {
    if (this.#body === null) this.#begin(this.#head, NOTHING)
    this.#body?.end()
  }

  #begin(head: Buffer, rest: Buffer): void {
    const headers = mimeHead(head.toString('utf8'))
    this.#head = NOTHING
    this.#fields(headers)
    this.#body = this.#bodyReader(headers, this.#name(headers))
    if (rest.length > 0) this.#body.push(rest)
  }

  /** Some services do not ask whether it is a form's part that has it. */
  #name(headers: readonly HeaderPair[]): string | null {
    const lines = headers.filter(([name]) => name.toLowerCase() === 'content-disposition')
    const read = lines.map(([, value]) => parametrised(value))
    const names = new Set(read.flatMap(({ parameters }) => parameters.get('name') ?? []))
    if (names.size > 1 || read.some(({ doubled }) => doubled.has('name')))
      this.#message.work.note('a part of two names')
    const [name = null] = names
    return name
  }

  #fields(headers: readonly HeaderPair[]): void {
    const { fields, unfold, names } = this.#message
    const { spot } = this.#content
    const outer = outerOf(spot)
    for (const [name, value] of headers) {
      if (!STRUCTURAL.test(name) || EXTERNAL.test(value)) {
        if (outer === null && !/^content-/i.test(name)) names?.named('part', name)
        unfold.text(value, inField(spot, fields.named('part', name, outer), true))
      }
    }
  }

  #bodyReader(headers: readonly HeaderPair[], name: string | null): Reader {
    const { fields, names } = this.#message
    const { spot, depth } = this.#content
    if (name !== null && outerOf(spot) === null) names?.named('part', name)
    const place = name === null ? spot : inField(spot, fields.named('part', name, outerOf(spot)), true)
    const encoding = headerValue(headers, 'content-transfer-encoding').trim().toLowerCase()
    const type = headerValue(headers, 'content-type')
    if (encoding !== 'base64' && encoding !== 'quoted-printable') {
      if (!PLAIN.test(encoding)) this.#message.work.note('a transfer encoding that is not known')
      return this.#open(this.#message, { type, spot: place, depth: depth + 1 })
    }
    const inner = { ...inEncoding(place, encoding), whole: place.whole }
    return transferDecoder(encoding, this.#open(this.#message, { type, spot: inner, depth: depth + 1 }))
  }
}

/** Of a body of its own, none: its fields are not within another one. */
export function outerOf({ field }: Spot): Spot['field'] | null {
  return field.label === 'body' ? null : field
}

/** Where the head ends and the body begins; null while the empty line has not come. */
function headEnd(bytes: Buffer): readonly [end: number, next: number | null] {
  if (bytes[0] === 0x0a) return [0, 1]
  if (bytes[0] === 0x0d && bytes[1] === 0x0a) return [0, 2]
  const [crlf, lf] = [bytes.indexOf('\r\n\r\n'), bytes.indexOf('\n\n')]
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return [crlf, crlf + 4]
  return lf >= 0 ? [lf, lf + 2] : [bytes.length, null]
}

const PLAIN = /^(?:|7bit|8bit|binary|identity)$/
const MAX_HEAD = 65_536
/** A Content-Type that says where the content is to be had (RFC 2046, 5.2.3). */
const EXTERNAL = /^\s*message\/external-body/i
const NOTHING = Buffer.alloc(0)
/** They describe the mail, and hold identifiers that look like addresses. */
const STRUCTURAL =
  /^(?:content-(?:type|transfer-encoding|length|id|md5|language)|mime-version|message-id|references|in-reply-to|date|received|dkim-signature|arc-.*|authentication-results|thread-.*|x-mailer|user-agent)$/i
