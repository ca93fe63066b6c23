import { nameFromLabels } from '../model/name.ts'
import { TYPE } from './dns-code.ts'
import type { Header } from './dns-header.ts'
import { type Rdata, readRdata, readRecord, type WireRecord } from './dns-record.ts'
import { encodeSvcb, readSvcb, withoutHiddenParams } from './svcb.ts'

/** A record of class IN, taken apart and cleaned. */
export interface DnsRecordData {
  readonly record: WireRecord
  readonly rdata: Rdata
  /** The owner, normalised; null if it is no host name. */
  readonly name: string | null
}

export interface Sections {
  readonly answers: readonly DnsRecordData[]
  readonly additionals: readonly DnsRecordData[]
  /** The eight bits of the code that OPT holds. */
  readonly upperRcode: number
}

/**
 * The answer and additional sections of a reply. HTTPS and SVCB records lose what would hide names or give
 * addresses; one that is malformed is left out, as a client would (RFC 9460 2.2). Null if anything else is.
 */
export function readSections(message: Buffer, start: number, header: Header): Sections | null {
  const { answers, authorities, additionals } = header
  if (answers + authorities + additionals > MAX_RECORDS) return null
  const found = { answers: [] as DnsRecordData[], additionals: [] as DnsRecordData[], upperRcode: 0 }
  let at = start
  for (let i = 0; i < answers + authorities + additionals; i++) {
    const record = readRecord(message, at)
    if (record === null) return null
    at = record.end
    if (record.type === TYPE.OPT) found.upperRcode = record.rawTtl >>> 24
    const isAuthority = i >= answers && i < answers + authorities
    if (isAuthority || record.type === TYPE.OPT || record.class !== CLASS_IN) continue
    const rdata = readData(message, record)
    if (rdata === null) return null
    const section = i < answers ? found.answers : found.additionals
    if (rdata !== 'left-out') section.push({ record, rdata, name: nameFromLabels(record.owner) })
  }
  return found
}

const CLASS_IN = 1
/** Bounds the work for names that expand to 255 bytes out of two. */
const MAX_RECORDS = 1024

function readData(message: Buffer, record: WireRecord): Rdata | 'left-out' | null {
  const rdata = readRdata(message, record)
  if (rdata === null) return null
  if (record.type === TYPE.A) return rdata.before.length === 4 ? rdata : null
  if (record.type === TYPE.AAAA) return rdata.before.length === 16 ? rdata : null
  if (record.type !== TYPE.HTTPS && record.type !== TYPE.SVCB) return rdata
  const svcb = readSvcb(rdata.before)
  return svcb === null ? 'left-out' : { ...rdata, before: encodeSvcb(withoutHiddenParams(svcb)) }
}
