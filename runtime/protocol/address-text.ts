import { isIPv4, isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'

/**
 * The canonical text of an IPv6 address in any spelling (RFC 5952), or of the IPv4 address that a v4-mapped one
 * stands for. Null for what is none, and for one with a zone.
 */
export function canonicalIpv6(text: string): string | null {
  const address = withoutDots(text)
  if (address === null) return null
  const mapped = MAPPED.exec(address)
  if (mapped === null) return address
  const [high = 0, low = 0] = mapped.slice(1).map((group) => Number.parseInt(group, 16))
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** The same for the 4 or 16 bytes of an A or AAAA record; null for another number of bytes. */
export function addressText(bytes: Buffer): string | null {
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.length !== 16) return null
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16))
  return canonicalIpv6(groups.join(':'))
}

/** The 4 bytes of dotted text; null for what is not such an address. */
export function ipv4Bytes(text: string): Buffer | null {
  return isIPv4(text) ? Buffer.from(text.split('.').map(Number)) : null
}

/** The 16 bytes of an IPv6 address in any spelling; null for what is none. */
export function ipv6Bytes(text: string): Buffer | null {
  const address = withoutDots(text)
  if (address === null) return null
  const [left = [], right = []] = address.split('::').map((half) => (half === '' ? [] : half.split(':')))
  const zeros = new Array<string>(8 - left.length - right.length).fill('0')
  return Buffer.from([...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join(''), 'hex')
}

const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/

/** As a URL has it: canonical, but a v4-mapped address in hexadecimal too. */
function withoutDots(text: string): string | null {
  return isIPv6(text) && !text.includes('%') ? domainToASCII(`[${text}]`).slice(1, -1) : null
}
