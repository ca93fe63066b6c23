import { ByteReader } from './byte-reader.ts'
import { labelsText, readName } from './dns-name.ts'

/** The RDATA of an HTTPS or SVCB record (RFC 9460 2.2). */
export interface Svcb {
  /** 0 makes it an alias. */
  readonly priority: number
  /** RFC 1035 text; `.` stands for the owner, or for nothing in an alias. */
  readonly target: string
  /** The target as it was sent, uncompressed. */
  readonly targetWire: Buffer
  /** Ascending by key. */
  readonly params: readonly SvcParam[]
}

export interface SvcParam {
  readonly key: number
  readonly value: Buffer
}

/** Null if malformed: parameters out of order, twice or cut short, a compressed target. */
export function readSvcb(rdata: Buffer): Svcb | null {
  if (rdata.length < 3) return null
  // A pointer cannot lead anywhere from here, so a compressed target is refused too.
  const target = readName(rdata, 2)
  if (target === null) return null
  const reader = new ByteReader(rdata.subarray(target.end))
  const params: SvcParam[] = []
  while (reader.left > 0) {
    const key = reader.number(2)
    const value = reader.vector(2)
    if (reader.failed || key <= (params.at(-1)?.key ?? -1)) return null
    params.push({ key, value })
  }
  if (reader.failed) return null
  const targetWire = rdata.subarray(2, target.end)
  return { priority: rdata.readUInt16BE(0), target: labelsText(target.labels), targetWire, params }
}

/**
 * Without the keys of Encrypted ClientHello, so that the name stays readable in the ClientHello, and without
 * address hints, so that the addresses are those of the A and AAAA answers. No longer mandatory either.
 */
export function withoutHiddenParams(svcb: Svcb): Svcb {
  const params: SvcParam[] = []
  for (const { key, value } of svcb.params) {
    if (REMOVED.has(key)) continue
    const kept = key === PARAM.mandatory ? mandatoryWithoutHidden(value) : value
    if (key !== PARAM.mandatory || kept.length > 0) params.push({ key, value: kept })
  }
  return { ...svcb, params }
}

export function encodeSvcb(svcb: Svcb): Buffer {
  const params = svcb.params.flatMap(({ key, value }) => [word(key), word(value.length), value])
  return Buffer.concat([word(svcb.priority), svcb.targetWire, ...params])
}

export const PARAM = {
  mandatory: 0,
  alpn: 1,
  noDefaultAlpn: 2,
  port: 3,
  ipv4hint: 4,
  ech: 5,
  ipv6hint: 6,
} as const
const REMOVED: ReadonlySet<number> = new Set([PARAM.ipv4hint, PARAM.ech, PARAM.ipv6hint])

function mandatoryWithoutHidden(value: Buffer): Buffer {
  const kept: Buffer[] = []
  for (let at = 0; at + 2 <= value.length; at += 2) {
    if (!REMOVED.has(value.readUInt16BE(at))) kept.push(value.subarray(at, at + 2))
  }
  return Buffer.concat(kept)
}

function word(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}
