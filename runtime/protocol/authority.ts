import { domainToASCII } from 'node:url'
import { normaliseName } from '../model/name.ts'
import { canonicalIpv6 } from './address-text.ts'

export interface Authority {
  /** Normalised name, or the canonical text of an address (RFC 5952, no brackets; v4-mapped given as IPv4). */
  readonly host: string
  readonly port: number | null
}

/**
 * `host`, `host:port`, `[v6]:port` as a Host header or a request target has it (RFC 3986 3.2). Null if malformed:
 * user names, zones, empty or impossible ports, and everything that is not ASCII included.
 */
export function readAuthority(text: string): Authority | null {
  const parts = AUTHORITY.exec(text)
  if (parts === null) return null
  const [, ipv6, name = '', digits] = parts
  const host = ipv6 === undefined ? (normaliseName(name) ?? canonicalIpv4(name)) : canonicalIpv6(ipv6)
  const port = digits === undefined ? null : Number(digits)
  if (host === null || port === 0 || (port !== null && port > 65_535)) return null
  return { host, port }
}

const AUTHORITY = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,254}))(?::([0-9]{1,5}))?$/

/** Any spelling that inet_aton takes: `127.1`, `0x7f.1`, `0177.0.0.1`, `2130706433`. */
function canonicalIpv4(text: string): string | null {
  const address = domainToASCII(text)
  return /^\d+\.\d+\.\d+\.\d+$/.test(address) ? address : null
}
