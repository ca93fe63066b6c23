import { readUpstreamReply, type UpstreamReply } from '../../../runtime/protocol/dns-message.ts'
import { message, name, pointer, question, type Sections } from './dns-bytes.ts'

export const TYPE = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28, SRV: 33, HTTPS: 65 }
/** Flags of an ordinary answer. */
export const REPLY = 0x8180
/** A pointer to the name asked. */
export const ASKED = pointer(12)
export const ip = (...bytes: readonly number[]) => Buffer.from(bytes)

/** A reply about `api.test` with these sections. */
export function replyTo(typeCode: number, sections: Sections): Buffer {
  return message({ flags: REPLY, questions: [question(name('api', 'test'), typeCode)], ...sections })
}

export function read(typeCode: number, bytes: Buffer): UpstreamReply {
  const result = readUpstreamReply(bytes, { id: 0x1234, name: 'api.test', typeCode })
  if (!result.ok) throw new Error(result.problem)
  return result
}

export function answer(typeCode: number, ...answers: readonly Buffer[]): UpstreamReply {
  return read(typeCode, replyTo(typeCode, { answers }))
}
