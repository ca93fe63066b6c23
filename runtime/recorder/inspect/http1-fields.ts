import type { Field } from './inspection.ts'

/** What a message keeps beside what every message keeps. */
export interface KeptFields {
  /** The Upgrade to a WebSocket, and what Connection says of it. */
  readonly upgrade: boolean
  /** `Expect: 100-continue`, where it was not answered here. */
  readonly expect: boolean
}

/**
 * The fields of a message that goes on, in Node's flat form: order, case and repetition stay. Of what belongs to one
 * connection (RFC 9110, 7.6.1) that stays which the two connections have in common, since there is one for one: how
 * long it is kept, trailers, and the framing.
 */
export function forwardedFields(fields: readonly Field[], kept: KeptFields): string[] {
  let named: ReadonlySet<string> | null = null
  for (const [name, value] of fields) {
    if (name.length === CONNECTION.length && name.toLowerCase() === CONNECTION)
      named = new Set([...(named ?? []), ...tokens(value)])
  }
  const out: string[] = []
  for (const [name, value] of fields) {
    const forwarded = forward(name, value, named, kept)
    if (forwarded !== null) out.push(name, forwarded)
  }
  return out
}

/** Fields after a body: none that say how it is read, or whose it is (RFC 9110, 6.5.1). */
export function forwardedTrailers(fields: readonly Field[]): Field[] {
  return fields.filter(([name]) => !NEVER_TRAILERS.has(name.toLowerCase()))
}

const CONNECTION = 'connection'
const NEVER_TRAILERS = new Set([
  ...['connection', 'content-length', 'transfer-encoding', 'host', 'trailer', 'te', 'upgrade', 'keep-alive'],
  ...['content-encoding', 'content-type', 'content-range', 'authorization', 'cookie', 'set-cookie', 'expect'],
])
/** Said of this connection and the next one alike. */
const SHARED = new Set(['close', 'keep-alive'])
/** Never taken away by what Connection names: what is judged, and how the body is read. */
const ESSENTIAL = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'te',
  'upgrade',
  'keep-alive',
  'expect',
])

/** The value that goes on; null: the field does not. */
function forward(
  name: string,
  value: string,
  named: ReadonlySet<string> | null,
  kept: KeptFields,
): string | null {
  const lower = name.toLowerCase()
  switch (lower) {
    case CONNECTION:
      return connectionValue(value, kept.upgrade)
    case 'upgrade':
      return kept.upgrade ? value : null
    case 'expect':
      return kept.expect ? value : null
    case 'te':
      return tokens(value).includes('trailers') ? 'trailers' : null
    case 'proxy-connection':
    case 'http2-settings':
      return null
    default:
      return named?.has(lower) === true && !ESSENTIAL.has(lower) ? null : value
  }
}

function connectionValue(value: string, upgrade: boolean): string | null {
  const all = tokens(value)
  const going = all.filter((token) => SHARED.has(token) || token === 'te' || (upgrade && token === 'upgrade'))
  if (going.length === all.length) return value
  return going.length === 0 ? null : going.join(', ')
}

function tokens(value: string): string[] {
  return value
    .split(',')
    .map((token) => token.trim().toLowerCase())
    .filter((token) => token !== '')
}
