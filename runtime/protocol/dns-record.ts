import { type Labels, readName } from './dns-name.ts'

/** A resource record where it stands in its message (RFC 1035 4.1.3). Views into the message, not copies. */
export interface WireRecord {
  readonly owner: Labels
  readonly type: number
  readonly class: number
  /** Seconds; one with its top bit set counts as 0 (RFC 2181 8). OPT has flags here, see `rawTtl`. */
  readonly ttl: number
  readonly rawTtl: number
  /** Offsets of the RDATA. */
  readonly start: number
  readonly end: number
}

/** Null if malformed. The next record starts at `end`. */
export function readRecord(message: Buffer, offset: number): WireRecord | null {
  const owner = readName(message, offset)
  if (owner === null || owner.end + FIXED > message.length) return null
  const at = owner.end
  const rawTtl = message.readUInt32BE(at + 4)
  const start = at + FIXED
  const end = start + message.readUInt16BE(at + 8)
  if (end > message.length) return null
  const ttl = rawTtl > 0x7fffffff ? 0 : rawTtl
  return {
    owner: owner.labels,
    type: message.readUInt16BE(at),
    class: message.readUInt16BE(at + 2),
    ttl,
    rawTtl,
    start,
    end,
  }
}

/** Type, class, TTL, length. */
const FIXED = 10

/** RDATA taken apart: bytes, names, bytes. */
export interface Rdata {
  readonly before: Buffer
  readonly names: readonly Labels[]
  readonly after: Buffer
}

/** Null if the names in it are malformed or it has another length than its type demands. */
export function readRdata(message: Buffer, record: WireRecord): Rdata | null {
  const layout = NAMES_IN.get(record.type)
  const namesAt = record.start + (layout?.before ?? record.end - record.start)
  const names: Labels[] = []
  let at = namesAt
  for (let left = layout?.names ?? 0; left > 0; left--) {
    const name = readName(message, at)
    if (name === null) return null
    names.push(name.labels)
    at = name.end
  }
  if (record.end - at !== (layout?.after ?? 0)) return null
  return { before: message.subarray(record.start, namesAt), names, after: message.subarray(at, record.end) }
}

interface NameLayout {
  readonly before: number
  readonly names: number
  readonly after: number
}

/** The types whose RDATA may come with compressed names (RFC 1035 3.3, RFC 3597 4): those must be written anew. */
const NAMES_IN: ReadonlyMap<number, NameLayout> = new Map(
  [
    // NS MD MF CNAME MB MG MR PTR DNAME
    ...[2, 3, 4, 5, 7, 8, 9, 12, 39].map((type) => [type, 0, 1, 0] as const),
    // SOA, MINFO, RP
    [6, 0, 2, 20] as const,
    ...[14, 17].map((type) => [type, 0, 2, 0] as const),
    // MX AFSDB RT KX, PX, SRV
    ...[15, 18, 21, 36].map((type) => [type, 2, 1, 0] as const),
    [26, 2, 2, 0] as const,
    [33, 6, 1, 0] as const,
  ].map(([type, before, names, after]) => [type, { before, names, after }]),
)
