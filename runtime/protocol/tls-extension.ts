import { normaliseName } from '../model/name.ts'
import { ByteReader } from './byte-reader.ts'

/** Names as node:tls writes them. */
export type TlsVersion = 'SSLv3' | 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'

export const EXTENSION = { serverName: 0, alpn: 16, supportedVersions: 43 } as const

/** Drafts 1 to 18 of Encrypted ClientHello, its final number (RFC 9849), and the ESNI before it. */
const ECH: ReadonlySet<number> = new Set([
  0xfe0d, 0xfe0c, 0xfe0b, 0xfe0a, 0xfe09, 0xfe08, 0xff0a, 0xff09, 0xff08, 0xff07, 0xff06, 0xff05, 0xff04,
  0xff03, 0xff02, 0xffce,
])

const VERSIONS: ReadonlyMap<number, TlsVersion> = new Map([
  [0x300, 'SSLv3'],
  [0x301, 'TLSv1'],
  [0x302, 'TLSv1.1'],
  [0x303, 'TLSv1.2'],
  [0x304, 'TLSv1.3'],
])

export function isEchExtension(type: number): boolean {
  return ECH.has(type)
}

export function tlsVersion(code: number): TlsVersion | null {
  return VERSIONS.get(code) ?? null
}

/** The one host name of a server_name extension (RFC 6066 3): ASCII, well formed; else null. */
export function readServerName(extension: Buffer): { readonly sni: string; readonly raw: string } | null {
  const outer = new ByteReader(extension)
  const list = new ByteReader(outer.vector(2))
  const nameType = list.number(1)
  const host = list.vector(2)
  if (!outer.complete || !list.complete || nameType !== 0) return null
  const raw = host.toString('latin1')
  // Not UTF-8: two readings of one name would be two names.
  const sni = host.some((byte) => byte > 0x7f) ? null : normaliseName(raw)
  return sni === null ? null : { sni, raw }
}

const MAX_PROTOCOLS = 16

/** ALPN's protocol names (RFC 7301 3.1), the first 16; null if malformed. */
export function readAlpn(extension: Buffer): readonly string[] | null {
  const outer = new ByteReader(extension)
  const list = new ByteReader(outer.vector(2))
  const names: string[] = []
  if (!outer.complete || list.left === 0) return null
  while (list.left > 0) {
    const name = list.vector(1)
    if (name.length === 0) return null
    if (!isGrease(name) && names.length < MAX_PROTOCOLS) names.push(name.toString('latin1'))
  }
  return list.complete ? names : null
}

/** The highest version of a supported_versions extension that is known (RFC 8446 4.2.1); 0 if none, null if malformed. */
export function readHighestVersion(extension: Buffer): number | null {
  const outer = new ByteReader(extension)
  const list = new ByteReader(outer.vector(1))
  let highest = 0
  if (!outer.complete || list.left === 0) return null
  while (list.left > 0) {
    const code = list.number(2)
    if (VERSIONS.has(code)) highest = Math.max(highest, code)
  }
  return list.complete ? highest : null
}

/** Reserved values that clients mix in so that servers stay tolerant (RFC 8701 2). */
function isGrease(name: Buffer): boolean {
  return name.length === 2 && name[0] === name[1] && ((name[0] ?? 0) & 0x0f) === 0x0a
}
