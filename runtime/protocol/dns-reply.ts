import { ipv4Bytes, ipv6Bytes } from './address-text.ts'
import { RCODE, TYPE } from './dns-code.ts'
import { encodeHeader, encodeOpt, FLAG, MAX_MESSAGE, readHeader, UDP_SIZE } from './dns-header.ts'
import { encodeName } from './dns-name.ts'
import type { DnsQuery } from './dns-query.ts'

/** `data` is an address for A and AAAA, a normalised name for CNAME and PTR; `name` defaults to the name asked. */
export interface DnsAnswerRecord {
  readonly name?: string
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'PTR'
  /** Seconds. */
  readonly ttl: number
  readonly data: string
}

export interface DnsReply {
  readonly rcode: number
  readonly answers?: readonly DnsAnswerRecord[]
  readonly truncated?: boolean
}

/**
 * The answer to a query, with its question as it came and an OPT record if it had one. A record whose name or data
 * cannot be written is left out.
 */
export function encodeDnsReply(query: DnsQuery, reply: DnsReply): Buffer {
  const answers = (reply.answers ?? [])
    .map((answer) => encodeAnswer(query, answer))
    .filter((record) => record !== null)
  const whole = assemble(query, reply.rcode, reply.truncated ?? false, answers)
  return whole.length <= MAX_MESSAGE ? whole : assemble(query, reply.rcode, true, [])
}

/** The answer to a message that could not be read: a header alone. */
export function encodeDnsError(id: number, rcode: number): Buffer {
  return encodeHeader(id, FLAG.reply | FLAG.recursion | plainRcode(rcode), [0, 0, 0, 0])
}

/** The reply, or its truncated form if it is larger than UDP may carry to this client (RFC 6891 6.2.3). */
export function fitUdp(reply: Buffer, query: DnsQuery): Buffer {
  const limit = query.edns === null ? 512 : Math.min(query.edns.udpSize, UDP_SIZE)
  if (reply.length <= limit) return reply
  return assemble(query, readHeader(reply)?.rcode ?? RCODE.servFail, true, [])
}

/** A reply's second header word, for this query. Never authentic data (AD): answers are edited. */
export function replyFlags(query: DnsQuery, rcode: number, truncated: boolean): number {
  return (
    FLAG.reply |
    FLAG.recursion |
    (truncated ? FLAG.truncated : 0) |
    (query.recursionDesired ? FLAG.recursionDesired : 0) |
    (query.checkingDisabled ? FLAG.noCheck : 0) |
    (query.edns === null ? plainRcode(rcode) : rcode & 0xf)
  )
}

export function replyOpt(query: DnsQuery, rcode: number): Buffer {
  return query.edns === null ? Buffer.alloc(0) : encodeOpt(rcode, query.edns.dnssecOk)
}

/** A code that needs more than the header's four bits cannot be said without OPT. */
function plainRcode(rcode: number): number {
  return rcode > 15 ? RCODE.servFail : rcode
}

function assemble(query: DnsQuery, rcode: number, truncated: boolean, answers: readonly Buffer[]): Buffer {
  const counts = [1, answers.length, 0, query.edns === null ? 0 : 1] as const
  const header = encodeHeader(query.id, replyFlags(query, rcode, truncated), counts)
  return Buffer.concat([header, query.question, ...answers, replyOpt(query, rcode)])
}

/** A pointer to the question's name, which starts right behind the header. */
const ASKED_NAME = Buffer.from([0xc0, 12])

function encodeAnswer(query: DnsQuery, answer: DnsAnswerRecord): Buffer | null {
  const asked = answer.name === undefined || answer.name === query.name
  const owner = asked ? ASKED_NAME : encodeName(answer.name ?? '')
  const data = encodeData(answer)
  if (owner === null || data === null) return null
  const fixed = Buffer.from([0, TYPE[answer.type], 0, 1, 0, 0, 0, 0, 0, data.length])
  fixed.writeUInt32BE(Math.min(Math.max(Math.trunc(answer.ttl) || 0, 0), 0x7fffffff), 4)
  return Buffer.concat([owner, fixed, data])
}

function encodeData({ type, data }: DnsAnswerRecord): Buffer | null {
  if (type === 'A') return ipv4Bytes(data)
  return type === 'AAAA' ? ipv6Bytes(data) : encodeName(data)
}
