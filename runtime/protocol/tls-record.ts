import { FIRST_BYTES_LIMIT } from './limit.ts'

export type HandshakeResult =
  | { readonly kind: 'need-more' }
  | { readonly kind: 'message'; readonly type: number; readonly body: Buffer }
  | { readonly kind: 'malformed'; readonly what: string }

/**
 * The first handshake message of a TLS stream (RFC 8446 5.1), put together from its records. While it is not
 * complete only the records' headers are walked, and nothing is copied.
 */
export function readFirstHandshake(bytes: Buffer, expectedType: number): HandshakeResult {
  const header = Buffer.alloc(MESSAGE_HEADER)
  let known = 0
  let missing = MESSAGE_HEADER
  let at = 0
  for (let records = 0; missing > 0; records++) {
    if (records === MAX_RECORDS) return malformed('too many records')
    const start = at + RECORD_HEADER
    // What is missing takes its bytes and at least this header: if they can't fit now, they never will.
    if (start + missing > FIRST_BYTES_LIMIT) return malformed('handshake too long')
    const problem = headerProblem(bytes, at)
    if (problem !== null) return malformed(problem)
    if (start > bytes.length) return NEED_MORE
    const length = recordLength(bytes, at)
    for (let i = start; known < MESSAGE_HEADER && i < start + length && i < bytes.length; i++) {
      header[known++] = bytes[i] ?? 0
      if (header[0] !== expectedType) return malformed('handshake type')
      if (known === MESSAGE_HEADER) missing += header.readUIntBE(1, 3)
    }
    if (start + missing > FIRST_BYTES_LIMIT) return malformed('handshake too long')
    const end = start + Math.min(length, missing)
    if (end > bytes.length) return NEED_MORE
    missing -= end - start
    at = end
  }
  return { kind: 'message', type: expectedType, body: gather(bytes, header.readUIntBE(1, 3)) }
}

const NEED_MORE = { kind: 'need-more' } as const
const HANDSHAKE = 0x16
const RECORD_HEADER = 5
const MESSAGE_HEADER = 4
const MAX_RECORD = 1 << 14
/** Bounds the walk, which is repeated for each segment. Enough for a ClientHello in one-byte records. */
const MAX_RECORDS = 4096

function malformed(what: string): HandshakeResult {
  return { kind: 'malformed', what }
}

function recordLength(bytes: Buffer, at: number): number {
  return ((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0)
}

/** Judges as much of a record's header as has come. */
function headerProblem(bytes: Buffer, at: number): string | null {
  const have = bytes.length - at
  if (have > 0 && bytes[at] !== HANDSHAKE) return 'record type'
  if (have > 1 && bytes[at + 1] !== 3) return 'record version'
  if (have > 2 && (bytes[at + 2] ?? 0) > 4) return 'record version'
  if (have < RECORD_HEADER) return null
  const length = recordLength(bytes, at)
  if (length === 0) return 'empty record'
  return length > MAX_RECORD ? 'record length' : null
}

/** Copies a message's body that is known to be there, whole, in records that were walked. */
function gather(bytes: Buffer, length: number): Buffer {
  const message = Buffer.alloc(MESSAGE_HEADER + length)
  for (let at = 0, filled = 0; filled < message.length; ) {
    const start = at + RECORD_HEADER
    at = start + recordLength(bytes, at)
    filled += bytes.copy(message, filled, start, at)
  }
  return message.subarray(MESSAGE_HEADER)
}
