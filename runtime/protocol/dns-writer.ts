import { HEADER_LENGTH } from './dns-header.ts'
import type { Labels } from './dns-name.ts'
import type { Rdata, WireRecord } from './dns-record.ts'

/** Writes the records of one message behind its header and question, with names compressed (RFC 1035 4.1.4). */
export class RecordWriter {
  readonly #chunks: Buffer[] = []
  readonly #offsets = new Map<string, number>()
  #length = HEADER_LENGTH

  /** Bytes of the message so far, the header included. */
  get length(): number {
    return this.#length
  }

  question(labels: Labels, typeCode: number): void {
    this.#name(labels, true)
    this.#bytes(words(typeCode, 1))
  }

  record(record: WireRecord, rdata: Rdata): void {
    this.#name(record.owner, true)
    const fixed = Buffer.alloc(10)
    fixed.writeUInt16BE(record.type, 0)
    fixed.writeUInt16BE(record.class, 2)
    fixed.writeUInt32BE(record.ttl, 4)
    this.#bytes(fixed)
    const start = this.#length
    this.#bytes(rdata.before)
    for (const name of rdata.names) this.#name(name, COMPRESSIBLE.has(record.type))
    this.#bytes(rdata.after)
    // May be out of range when the whole is too long anyway.
    fixed.writeUInt16BE((this.#length - start) & 0xffff, 8)
  }

  finish(header: Buffer): Buffer {
    return Buffer.concat([header, ...this.#chunks])
  }

  #bytes(bytes: Buffer): void {
    this.#chunks.push(bytes)
    this.#length += bytes.length
  }

  #name(labels: Labels, compress: boolean): void {
    // Its key tells labels with dots in them apart, and keeps case, which clients may check.
    let rest = labels.map((label) => String.fromCharCode(label.length) + label.toString('latin1')).join('')
    for (const label of labels) {
      const known = this.#offsets.get(rest)
      if (known !== undefined && compress) {
        this.#bytes(words(0xc000 | known))
        return
      }
      if (known === undefined && this.#length < 0x4000) this.#offsets.set(rest, this.#length)
      this.#bytes(Buffer.from([label.length]))
      this.#bytes(label)
      rest = rest.slice(1 + label.length)
    }
    this.#bytes(Buffer.alloc(1))
  }
}

/** Types of RFC 1035: the only ones whose names may be compressed, since every reader knows them (RFC 3597 4). */
const COMPRESSIBLE: ReadonlySet<number> = new Set([2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15])

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  for (const [i, value] of values.entries()) bytes.writeUInt16BE(value, i * 2)
  return bytes
}
