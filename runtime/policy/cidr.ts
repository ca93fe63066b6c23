import { formatAddress, parseAddress } from './address-bytes.ts'

/** A block of addresses of one family. */
export interface Cidr {
  /** The first address of the block: 4 or 16 bytes. */
  readonly bytes: Uint8Array
  /** Leading bits that every address of the block has in common. */
  readonly prefix: number
}

/** `10.0.0.0/8`, `2001:db8::/32`. Bits behind the prefix are taken as zero. A v4-mapped block is its IPv4 block. */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf('/')
  const digits = text.slice(slash + 1)
  const address = slash < 0 ? null : parseAddress(text.slice(0, slash))
  if (address === null || !PREFIX.test(digits)) return null
  const mapped = address.length === 4 && text.includes(':')
  const prefix = Number(digits) - (mapped ? MAPPED_BITS : 0)
  if (prefix < 0 || prefix > address.length * 8) return null
  return { bytes: address.map((byte, index) => byte & maskOf(prefix, index)), prefix }
}

export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.bytes)}/${cidr.prefix}`
}

/** False for what is no address or no block, and across families. */
export function inCidr(address: string, cidr: string | Cidr): boolean {
  const bytes = parseAddress(address)
  const block = typeof cidr === 'string' ? parseCidr(cidr) : cidr
  return bytes !== null && block !== null && blockHolds(block, bytes)
}

/** A loop over the bytes that count: each connection asks this of every block. */
export function blockHolds({ bytes: block, prefix }: Cidr, bytes: Uint8Array): boolean {
  if (block.length !== bytes.length) return false
  const whole = prefix >> 3
  for (let index = 0; index < whole; index++) if (block[index] !== bytes[index]) return false
  return (prefix & 7) === 0 || block[whole] === ((bytes[whole] ?? 0) & maskOf(prefix, whole))
}

const PREFIX = /^(0|[1-9]\d{0,2})$/
/** Leading bits of a v4-mapped address that are the same in all of them. */
const MAPPED_BITS = 96

/** The bits of the byte at `index` that the prefix covers. */
function maskOf(prefix: number, index: number): number {
  const bits = Math.min(8, Math.max(0, prefix - index * 8))
  return (0xff << (8 - bits)) & 0xff
}
