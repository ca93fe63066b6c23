import type { Explanation } from './explanation.ts'

/**
 * A fatal alert (RFC 8446, 6) in a record of TLS 1.2's number, as all versions read it: access_denied where the
 * recorder will not, internal_error (what "makes it impossible to continue" without a fault of the client's) where it cannot.
 */
export function tlsRefusal({ outage }: Explanation): Buffer {
  return Buffer.from([21, 3, 3, 0, 2, FATAL, outage ? INTERNAL_ERROR : ACCESS_DENIED])
}

const FATAL = 2
const ACCESS_DENIED = 49
const INTERNAL_ERROR = 80

/** The answer in place of the destination's, whatever version of HTTP carries it. */
export interface RefusalMessage {
  readonly status: 400 | 403 | 502
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
}

export function refusalMessage({ reason, outage, lines }: Explanation): RefusalMessage {
  const body = Buffer.from(`${lines.join('\n')}\n`)
  return {
    status: outage ? 502 : reason === 'malformed' ? 400 : 403,
    fields: [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['X-Mcp-Run-Reason', reason],
      ['Content-Length', String(body.length)],
      ['Cache-Control', 'no-store'],
    ],
    body,
  }
}

const PHRASE = { 400: 'Bad Request', 403: 'Forbidden', 502: 'Bad Gateway' } as const

/** `headOnly`: the answer to HEAD has no body. */
export function httpRefusal(explanation: Explanation, headOnly: boolean): Buffer {
  const { status, fields, body } = refusalMessage(explanation)
  const head = [
    `HTTP/1.1 ${status} ${PHRASE[status]}`,
    ...fields.map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
    '\r\n',
  ].join('\r\n')
  return headOnly ? Buffer.from(head) : Buffer.concat([Buffer.from(head), body])
}

/**
 * To a client that speaks HTTP/2 without TLS: its settings, then GOAWAY with the words as debug data (RFC 9113, 6.8).
 * HTTP_1_1_REQUIRED, since over HTTP/1.1 the recorder can answer in full, and reads what it lets through.
 */
export function http2Refusal({ outage, lines }: Explanation): Buffer {
  const words = Buffer.from(lines.join('\n'))
  const goAway = Buffer.alloc(8)
  goAway.writeUInt32BE(outage ? H2_INTERNAL_ERROR : H2_HTTP_1_1_REQUIRED, 4)
  return Buffer.concat([
    frame(H2_SETTINGS, Buffer.alloc(0)),
    frame(H2_GOAWAY, Buffer.concat([goAway, words])),
  ])
}

const H2_SETTINGS = 4
const H2_GOAWAY = 7
const H2_INTERNAL_ERROR = 2
const H2_HTTP_1_1_REQUIRED = 13

/** Of the connection as a whole: stream 0, no flags (RFC 9113, 4.1). */
function frame(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(9)
  header.writeUIntBE(payload.length, 0, 3)
  header[3] = type
  return Buffer.concat([header, payload])
}
