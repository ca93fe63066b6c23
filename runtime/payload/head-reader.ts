import { isUtf8 } from 'node:buffer'
import { formText, furtherPairs, KEPT_PLUS } from './body/form-reader.ts'
import type { Message } from './body/reader.ts'
import type { Candidates } from './candidates.ts'
import { credentialsOf, isCredentialName, isCredentialParameter } from './credentials.ts'
import { percent } from './decode/escapes.ts'
import type { Field } from './fields.ts'
import { hostRole, isRecipient } from './name-roles.ts'
import { mayHold, nameMayHold } from './quick-look.ts'
import type { Spot } from './spot.ts'

export interface RequestHead {
  readonly method: string
  /** As sent: path and query. */
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** Reads the path, the query and the header fields of a request. */
export function readHead(head: RequestHead, message: Message, candidates: Candidates): void {
  const bare = asUtf8(head.target.slice(0, MAX_TARGET)).replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
  if (head.target.length > MAX_TARGET) message.work.note('a target of more than 64 KiB')
  const mark = bare.indexOf('?')
  readPath(mark < 0 ? bare : bare.slice(0, mark), message, candidates)
  if (mark >= 0) readQuery(bare.slice(mark + 1), message, candidates)
  for (const [name, value] of head.headers) readHeader(name.toLowerCase(), asUtf8(value), message, candidates)
}

function readPath(path: string, { fields, unfold }: Message, candidates: Candidates): void {
  const spot = spotOf(fields.path())
  // As a whole too: `/proxy/https://evil.test/x`.
  const plain = percent(path) ?? path
  if (plain.includes('//')) unfold.text(plain.slice(1), spot)
  let before = ''
  for (const [index, segment] of path.split('/').entries()) {
    const text = percent(segment) ?? segment
    const field = isRecipient([before], false) ? fields.asRecipient(spot.field) : spot.field
    const hosts = hostRole([before])
    if (mayHold(text)) unfold.text(text, { ...spot, field: hosts === null ? field : { ...field, hosts } })
    const named = fields.segment(index)
    if (named !== null) candidates.text(text, spotOf(named), 'whole')
    before = segment
  }
}

function readQuery(query: string, { fields, unfold }: Message, candidates: Candidates): void {
  const give = (value: string, spot: Spot): void => {
    if (spot.field.wholeSinks.length > 0 || mayHold(value)) unfold.text(value, spot)
  }
  for (const parameter of query.split('&')) {
    const equals = parameter.indexOf('=')
    const name = formText(equals < 0 ? parameter : parameter.slice(0, equals))
    const spot = spotOf(fields.outside('query', name.slice(0, MAX_NAME)))
    if (nameMayHold(name)) unfold.text(name, { ...spot, whole: false })
    if (equals < 0) continue
    const raw = parameter.slice(equals + 1)
    const value = formText(raw)
    if (isCredentialParameter(name, value)) candidates.add('credential', value, spot, false)
    give(value, spot)
    if (raw.includes('+') && KEPT_PLUS.test(raw)) give(raw, spot)
    for (const [further, text] of furtherPairs(name, raw)) {
      give(text, spotOf(fields.outside('query', further.slice(0, MAX_NAME))))
    }
  }
}

function readHeader(name: string, value: string, { fields, unfold }: Message, candidates: Candidates): void {
  if (STRUCTURAL.test(name)) return
  const spot = spotOf(fields.outside('header', name))
  if (isCredentialName(name)) {
    for (const credential of credentialsOf(value)) candidates.add('credential', credential, spot, false)
    if (spot.field.wholeSinks.length > 0) candidates.text(value, spot, 'whole')
  } else if (spot.field.wholeSinks.length > 0 || mayHold(value)) unfold.text(value, spot)
}

/** Heads come with a character for each byte (ISO 8859-1, as Node has them), though most of them are UTF-8. */
function asUtf8(text: string): string {
  if (!/[\x80-\xff]/.test(text) || /[\u0100-\uffff]/.test(text)) return text
  const bytes = Buffer.from(text, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : text
}

function spotOf(field: Field): Spot {
  return { field, encoding: [], layers: 0, whole: true }
}

const MAX_TARGET = 65_536
const MAX_NAME = 128
/** They are about the message and the connection; nothing is sent where they say. */
const STRUCTURAL =
  /^(?::.*|host|user-agent|accept|accept-.*|content-(?:type|length|encoding|language|md5|digest)|connection|keep-alive|date|te|trailer|transfer-encoding|upgrade|via|expect|if-.*|range|cache-control|pragma|age|etag|dnt|sec-.*|priority|max-forwards|proxy-connection|traceparent|http2-settings)$/
