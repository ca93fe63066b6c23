export const HEADER_LENGTH = 12
/** More does not fit DNS over TCP, nor over UDP. */
export const MAX_MESSAGE = 65_535
/** What is answered over UDP with EDNS, and offered to upstream: no fragments on any path (DNS flag day 2020). */
export const UDP_SIZE = 1232

/** Bits of the second 16-bit word (RFC 1035 4.1.1, RFC 2535 6.1). */
export const FLAG = {
  reply: 0x8000,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursion: 0x80,
  noCheck: 0x10,
} as const

/** Of the OPT record's TTL (RFC 3225 3). */
export const DNSSEC_OK = 0x8000

export interface Header {
  readonly id: number
  readonly flags: number
  readonly opcode: number
  /** The four bits of the header; OPT may hold eight more. */
  readonly rcode: number
  readonly questions: number
  readonly answers: number
  readonly authorities: number
  readonly additionals: number
}

/** Null if the message is too short to have one. */
export function readHeader(message: Buffer): Header | null {
  if (message.length < HEADER_LENGTH) return null
  const flags = message.readUInt16BE(2)
  return {
    id: message.readUInt16BE(0),
    flags,
    opcode: (flags >> 11) & 0xf,
    rcode: flags & 0xf,
    questions: message.readUInt16BE(4),
    answers: message.readUInt16BE(6),
    authorities: message.readUInt16BE(8),
    additionals: message.readUInt16BE(10),
  }
}

export function encodeHeader(
  id: number,
  flags: number,
  counts: readonly [number, number, number, number],
): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH)
  for (const [i, word] of [id, flags, ...counts].entries()) header.writeUInt16BE(word & 0xffff, i * 2)
  return header
}

/** The OPT record of EDNS 0 (RFC 6891 6.1.2): root name, our size, the upper bits of the code, no options. */
export function encodeOpt(rcode: number, dnssecOk: boolean): Buffer {
  const opt = Buffer.from([0, 0, 41, 0, 0, 0, 0, 0, 0, 0, 0])
  opt.writeUInt16BE(UDP_SIZE, 3)
  opt.writeUInt8((rcode >> 4) & 0xff, 5)
  opt.writeUInt16BE(dnssecOk ? DNSSEC_OK : 0, 7)
  return opt
}
