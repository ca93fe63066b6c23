import type { IncomingMessage } from 'node:http'
import { type HttpBody, readBodyFraming } from '../../protocol/body-framing.ts'
import type { Field, RequestHead } from './inspection.ts'

/** A request's head as HTTP/1 has it. */
export interface Http1Head extends RequestHead {
  readonly body: HttpBody
  /** The Upgrade fields in small letters; empty: none. */
  readonly upgrade: string
}

/** What Node's parser gave, looked at once more: it takes some things that others read in another way. */
export function readHttp1Head({
  method = '',
  url = '',
  httpVersion,
  rawHeaders,
}: IncomingMessage): Http1Head {
  const headers = pairs(rawHeaders)
  const hosts: string[] = []
  const framing: Field[] = []
  const upgrades: string[] = []
  for (const field of headers) {
    const name = KEPT.get(field[0].length)?.(field[0])
    if (name === undefined) continue
    if (name === 'host') hosts.push(field[1])
    else if (name === 'upgrade') upgrades.push(field[1].toLowerCase())
    else framing.push([name, field[1]])
  }
  const version = httpVersion === '1.0' ? '1.0' : '1.1'
  const known = httpVersion === version
  const body = framing.length === 0 ? NO_BODY : readBodyFraming(framing, version)
  // RFC 9112, 3.2: one Host, and HTTP/1.0 alone goes without.
  const hosted = hosts.length === 1 || (hosts.length === 0 && version === '1.0')
  const malformed = !known || body === null || !hosted
  return {
    ...{ method, target: url, hosts, headers, malformed },
    body: body ?? NO_BODY,
    bodyBytes: bytesOf(body ?? NO_BODY),
    switches: upgrades.length > 0,
    upgrade: upgrades.join(', '),
  }
}

function bytesOf(body: HttpBody): number | null {
  if (body.kind === 'none') return 0
  return body.kind === 'length' ? body.bytes : null
}

const NO_BODY: HttpBody = { kind: 'none' }
const NAMES = ['host', 'upgrade', 'content-length', 'transfer-encoding']
/** By length: most names are none of these, and need not be put into small letters. */
const KEPT: ReadonlyMap<number, (name: string) => string | undefined> = new Map(
  NAMES.map((name) => [name.length, (given: string) => (given.toLowerCase() === name ? name : undefined)]),
)

/** Node's flat list of names and values, in pairs. */
export function pairs(raw: readonly string[]): Field[] {
  const fields: Field[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) fields.push([raw[at] ?? '', raw[at + 1] ?? ''])
  return fields
}
