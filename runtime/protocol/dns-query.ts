import { nameFromLabels } from '../model/name.ts'
import { TYPE, typeName } from './dns-code.ts'
import {
  DNSSEC_OK,
  encodeHeader,
  encodeOpt,
  FLAG,
  HEADER_LENGTH,
  MAX_MESSAGE,
  readHeader,
} from './dns-header.ts'
import { encodeName, labelsText, readName } from './dns-name.ts'
import { readRecord } from './dns-record.ts'

export interface DnsQuery {
  readonly id: number
  /** Normalised; `''` is the root. */
  readonly name: string
  /** `A`, `TXT`, …; `TYPE65300` for those without a name. */
  readonly type: string
  readonly typeCode: number
  readonly recursionDesired: boolean
  readonly checkingDisabled: boolean
  /** What the client's OPT record says (RFC 6891); `udpSize` is at least 512. */
  readonly edns: { readonly udpSize: number; readonly dnssecOk: boolean } | null
  /** The question section as it came, so that an answer repeats its case. A copy. */
  readonly question: Buffer
}

export type DnsQueryProblem =
  /** No room for a header. */
  | 'short'
  /** An answer, or another operation than QUERY. */
  | 'not-a-query'
  /** None, or more than one. */
  | 'questions'
  /** Well formed in DNS, but no name that could be judged: a dot, a control byte, … inside a label. */
  | 'name'
  /** Not IN. */
  | 'class'
  | 'malformed'

export type DnsQueryResult =
  | { readonly ok: true; readonly query: DnsQuery }
  | {
      readonly ok: false
      readonly problem: DnsQueryProblem
      /** Null where nothing may be answered: no header, or an answer itself (two servers would answer for ever). */
      readonly id: number | null
      /** What was asked for, as far as it could be read; of a bad name its bytes, escaped as `\DDD`. */
      readonly name: string | null
    }

/** Reads what a client asks: one question, class IN, at most one OPT record, nothing behind it. */
export function parseDnsQuery(message: Uint8Array): DnsQueryResult {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength)
  const header = readHeader(bytes)
  if (header === null) return refuse('short', null, null)
  if (header.flags & FLAG.reply) return refuse('not-a-query', null, null)
  if (header.opcode !== 0) return refuse('not-a-query', header.id, null)
  if (header.questions !== 1) return refuse('questions', header.id, null)
  // The first name of a message has nothing to point to: pointers are refused.
  const asked = readName(bytes, HEADER_LENGTH)
  if (asked === null || asked.end + 4 > bytes.length) return refuse('malformed', header.id, null)
  const name = nameFromLabels(asked.labels)
  if (name === null) return refuse('name', header.id, labelsText(asked.labels))
  const end = asked.end + 4
  const typeCode = bytes.readUInt16BE(asked.end)
  if (bytes.readUInt16BE(asked.end + 2) !== CLASS_IN) return refuse('class', header.id, name)
  const edns =
    header.answers + header.authorities === 0 ? readEdns(bytes, end, header.additionals) : undefined
  if (edns === undefined || bytes.length > MAX_MESSAGE) return refuse('malformed', header.id, name)
  return {
    ok: true,
    query: {
      id: header.id,
      name,
      type: typeName(typeCode),
      typeCode,
      recursionDesired: (header.flags & FLAG.recursionDesired) !== 0,
      checkingDisabled: (header.flags & FLAG.noCheck) !== 0,
      edns,
      question: Buffer.from(bytes.subarray(HEADER_LENGTH, end)),
    },
  }
}

/** What is asked upstream: the normalised name and nothing else of the client's message, so nothing can ride on it. */
export function encodeUpstreamQuery(id: number, name: string, typeCode: number, dnssecOk: boolean): Buffer {
  const wire = encodeName(name)
  if (wire === null) throw new RangeError('not a normalised name')
  const header = encodeHeader(id, FLAG.recursionDesired, [1, 0, 0, 1])
  return Buffer.concat([header, encodeQuestion(wire, typeCode), encodeOpt(0, dnssecOk)])
}

/** A question of class IN, from a name's wire form. */
export function encodeQuestion(wireName: Buffer, typeCode: number): Buffer {
  return Buffer.concat([wireName, Buffer.from([typeCode >> 8, typeCode & 0xff, 0, CLASS_IN])])
}

const CLASS_IN = 1

function refuse(problem: DnsQueryProblem, id: number | null, name: string | null): DnsQueryResult {
  return { ok: false, problem, id, name }
}

/** Null: no OPT record. Undefined: the section is malformed, has a second one, or does not end the message. */
function readEdns(bytes: Buffer, start: number, count: number): DnsQuery['edns'] | undefined {
  let edns: DnsQuery['edns'] = null
  let at = start
  for (let left = count; left > 0; left--) {
    const record = readRecord(bytes, at)
    if (record === null) return undefined
    at = record.end
    if (record.type !== TYPE.OPT) continue
    if (edns !== null || record.owner.length > 0) return undefined
    edns = { udpSize: Math.max(record.class, 512), dnssecOk: (record.rawTtl & DNSSEC_OK) !== 0 }
  }
  return at === bytes.length ? edns : undefined
}
