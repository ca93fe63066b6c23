import { addressText } from './address-text.ts'
import { ByteReader } from './byte-reader.ts'
import { TYPE, typeName } from './dns-code.ts'
import { escapeByte, labelsText } from './dns-name.ts'
import type { Rdata } from './dns-record.ts'
import { PARAM, readSvcb, type Svcb } from './svcb.ts'

/**
 * A record's data as text: an address alone, else its type and what a zone file would say (RFC 1035 5.1,
 * RFC 9460 2.1; RFC 3597 5 for what has no form here). Printable ASCII, at most 256 characters.
 */
export function recordText(type: number, rdata: Rdata): string {
  if (type === TYPE.A || type === TYPE.AAAA) return addressText(rdata.before) ?? ''
  const text = `${typeName(type)} ${dataText(type, rdata)}`
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 3)}...`
}

const MAX_TEXT = 256

function dataText(type: number, { before, names, after }: Rdata): string {
  if (names.length > 0)
    return [...numbers(before, 2), ...names.map(labelsText), ...numbers(after, 4)].join(' ')
  const text = type === TYPE.TXT || type === TYPE.SPF ? stringsText(before) : specialText(type, before)
  return text ?? `\\# ${before.length} ${before.toString('hex', 0, MAX_TEXT)}`.trimEnd()
}

function specialText(type: number, data: Buffer): string | null {
  if (type === TYPE.CAA) return caaText(data)
  if (type !== TYPE.HTTPS && type !== TYPE.SVCB) return null
  const svcb = readSvcb(data)
  return svcb === null ? null : svcbText(svcb)
}

function numbers(bytes: Buffer, size: 2 | 4): number[] {
  return Array.from({ length: bytes.length / size }, (_, i) => bytes.readUIntBE(i * size, size))
}

function stringsText(data: Buffer): string | null {
  const reader = new ByteReader(data)
  const strings: string[] = []
  while (reader.left > 0) strings.push(quoted(reader.vector(1)))
  return reader.failed ? null : strings.join(' ')
}

function caaText(data: Buffer): string | null {
  const reader = new ByteReader(data)
  const flags = reader.number(1)
  const tag = reader.vector(1).toString('latin1')
  const value = quoted(reader.take(reader.left))
  return reader.failed || !/^[0-9A-Za-z]+$/.test(tag) ? null : `${flags} ${tag} ${value}`
}

function svcbText({ priority, target, params }: Svcb): string {
  return [`${priority} ${target}`, ...params.map(({ key, value }) => paramText(key, value))].join(' ')
}

function paramText(key: number, value: Buffer): string {
  if (key === PARAM.alpn) {
    const reader = new ByteReader(value)
    const protocols: string[] = []
    while (reader.left > 0) protocols.push(escapeBytes(reader.vector(1)))
    return `alpn=${protocols.join(',')}`
  }
  if (key === PARAM.noDefaultAlpn) return 'no-default-alpn'
  if (key === PARAM.port && value.length === 2) return `port=${value.readUInt16BE()}`
  const name = key === PARAM.mandatory ? 'mandatory' : `key${key}`
  return `${name}=${value.toString('hex')}`
}

function quoted(bytes: Buffer): string {
  return `"${escapeBytes(bytes)}"`
}

function escapeBytes(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[^ !#-[\]-~]/g, escapeByte)
}
