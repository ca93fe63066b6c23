import { nameFromLabels } from '../model/name.ts'
import { RCODE, rcodeName, TYPE } from './dns-code.ts'
import { encodeHeader, FLAG, HEADER_LENGTH, MAX_MESSAGE, readHeader } from './dns-header.ts'
import { readName } from './dns-name.ts'
import type { DnsQuery } from './dns-query.ts'
import { follow, type Reached } from './dns-reach.ts'
import { encodeDnsReply, replyFlags, replyOpt } from './dns-reply.ts'
import { readSections, type Sections } from './dns-sections.ts'
import { recordText } from './dns-text.ts'
import { RecordWriter } from './dns-writer.ts'

export interface UpstreamReply extends Reached {
  readonly ok: true
  readonly rcode: number
  readonly rcodeName: string
  /** Nothing else of a truncated reply is read: ask again over TCP. */
  readonly truncated: boolean
  /** The answer section as text, at most 16 records of at most 256 characters. */
  readonly answers: readonly string[]
  /** The message to hand on, by way of `withQuestion`: written anew, so it holds what was read and nothing else. */
  readonly reply: Buffer
}

export type UpstreamProblem = 'short' | 'not-a-reply' | 'id' | 'question' | 'malformed'

export type UpstreamResult = UpstreamReply | { readonly ok: false; readonly problem: UpstreamProblem }

export interface ExpectedReply {
  readonly id: number
  /** Normalised; `''` is the root. */
  readonly name: string
  readonly typeCode: number
}

/**
 * Reads the reply to `encodeUpstreamQuery`. `id` and `question` mean that it may be the answer to something else,
 * or forged: over UDP, go on waiting.
 */
export function readUpstreamReply(message: Uint8Array, expected: ExpectedReply): UpstreamResult {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength)
  const header = readHeader(bytes)
  if (header === null) return { ok: false, problem: 'short' }
  if ((header.flags & FLAG.reply) === 0 || header.opcode !== 0) return { ok: false, problem: 'not-a-reply' }
  if (header.id !== expected.id) return { ok: false, problem: 'id' }
  const start = header.questions === 1 ? questionEnd(bytes, expected) : null
  if (start === null) return { ok: false, problem: 'question' }
  const truncated = (header.flags & FLAG.truncated) !== 0
  const sections = truncated ? NOTHING : readSections(bytes, start, header)
  if (sections === null || bytes.length > MAX_MESSAGE) return { ok: false, problem: 'malformed' }
  const rcode = (sections.upperRcode << 4) | header.rcode
  const reached = follow(expected.name, sections)
  const reply = encodeReply(expected, rcode, truncated, sections, reached)
  if (reply === null) return { ok: false, problem: 'malformed' }
  const answers = sections.answers
    .slice(0, MAX_TEXTS)
    .map(({ record, rdata }) => recordText(record.type, rdata))
  return { ok: true, rcode, rcodeName: rcodeName(rcode), truncated, answers, ...reached, reply }
}

/**
 * The reply for one client: its id, its flags, its question as it came, its OPT record. A reply to another
 * question becomes SERVFAIL.
 */
export function withQuestion(reply: Buffer, query: DnsQuery): Buffer {
  const header = readHeader(reply)
  const recordsAt = HEADER_LENGTH + query.question.length
  if (header === null || !sameQuestion(reply.subarray(HEADER_LENGTH, recordsAt), query.question)) {
    return encodeDnsReply(query, { rcode: RCODE.servFail })
  }
  const flags = replyFlags(query, header.rcode, (header.flags & FLAG.truncated) !== 0)
  const additionals = header.additionals + (query.edns === null ? 0 : 1)
  const newHeader = encodeHeader(query.id, flags, [1, header.answers, 0, additionals])
  return Buffer.concat([newHeader, query.question, reply.subarray(recordsAt), replyOpt(query, header.rcode)])
}

const MAX_TEXTS = 16
const CLASS_IN = 1
const NOTHING: Sections = { answers: [], additionals: [], upperRcode: 0 }

/** Where the question ends, if it is the one that was asked. */
function questionEnd(bytes: Buffer, expected: ExpectedReply): number | null {
  const asked = readName(bytes, HEADER_LENGTH)
  if (asked === null || asked.end + 4 > bytes.length) return null
  if (nameFromLabels(asked.labels) !== expected.name) return null
  if (bytes.readUInt16BE(asked.end) !== expected.typeCode) return null
  return bytes.readUInt16BE(asked.end + 2) === CLASS_IN ? asked.end + 4 : null
}

/** Names differ in case at most; type and class not at all. */
function sameQuestion(ours: Buffer, theirs: Buffer): boolean {
  const name = -4
  const [a, b] = [ours, theirs].map((question) =>
    question.toString('latin1', 0, question.length + name).toLowerCase(),
  )
  return a === b && ours.subarray(name).equals(theirs.subarray(name))
}

/** Null if it does not fit a message: names that were compressed beyond what this writer does. */
function encodeReply(
  expected: ExpectedReply,
  rcode: number,
  truncated: boolean,
  { answers, additionals }: Sections,
  { services }: Reached,
): Buffer | null {
  const writer = new RecordWriter()
  const labels = expected.name === '' ? [] : expected.name.split('.').map((label) => Buffer.from(label))
  writer.question(labels, expected.typeCode)
  const targets = new Set(services.map(({ target }) => target))
  const kept = additionals.filter(
    ({ name, record }) =>
      name !== null && targets.has(name) && (record.type === TYPE.A || record.type === TYPE.AAAA),
  )
  for (const { record, rdata } of [...answers, ...kept]) writer.record(record, rdata)
  if (writer.length > MAX_MESSAGE) return null
  const flags = FLAG.reply | FLAG.recursion | FLAG.recursionDesired | (truncated ? FLAG.truncated : 0)
  const plainRcode = rcode > 15 ? RCODE.servFail : rcode
  return writer.finish(encodeHeader(expected.id, flags | plainRcode, [1, answers.length, 0, kept.length]))
}
