import { ByteReader } from './byte-reader.ts'
import {
  EXTENSION,
  isEchExtension,
  readAlpn,
  readHighestVersion,
  readServerName,
  type TlsVersion,
  tlsVersion,
} from './tls-extension.ts'
import { readFirstHandshake } from './tls-record.ts'

/** What the first flight of a TLS client says (RFC 8446 4.1.2). */
export interface TlsHello {
  readonly kind: 'tls'
  /** Normalised host name; null where the client named no server. */
  readonly sni: string | null
  /** The same as it was sent: ASCII, any case, perhaps with a trailing dot. */
  readonly rawSni: string | null
  /** Protocols offered, at most 16, GREASE left out. Latin-1 of what was sent: escape before showing. */
  readonly alpn: readonly string[]
  /** An Encrypted ClientHello or ESNI extension is there. It may be GREASE: that cannot be told apart. */
  readonly ech: boolean
  /** The highest version offered; null if none is known. */
  readonly version: TlsVersion | null
}

export type ClientHelloResult =
  | { readonly kind: 'need-more' }
  | TlsHello
  | { readonly kind: 'not-tls' }
  | { readonly kind: 'malformed'; readonly what: string }

/**
 * Reads the ClientHello at the start of a connection, however it is cut into records and segments, within
 * FIRST_BYTES_LIMIT. Give it all bytes so far; once it has decided, further bytes do not change the result.
 */
export function readClientHello(bytes: Buffer): ClientHelloResult {
  if (bytes.length > 0 && bytes[0] !== 0x16) return { kind: 'not-tls' }
  if (bytes.length > 1 && bytes[1] !== 3) return { kind: 'not-tls' }
  const handshake = readFirstHandshake(bytes, CLIENT_HELLO)
  return handshake.kind === 'message' ? readBody(handshake.body) : handshake
}

const CLIENT_HELLO = 1

function malformed(what: string): ClientHelloResult {
  return { kind: 'malformed', what }
}

function readBody(body: Buffer): ClientHelloResult {
  const reader = new ByteReader(body)
  const legacyVersion = reader.number(2)
  reader.take(32)
  const sessionId = reader.vector(1)
  const cipherSuites = reader.vector(2)
  const compressions = reader.vector(1)
  // A client before TLS 1.2 may end here.
  const extensions = reader.left === 0 ? Buffer.alloc(0) : reader.vector(2)
  if (!reader.complete || sessionId.length > 32 || compressions.length === 0) return malformed('ClientHello')
  if (cipherSuites.length === 0 || cipherSuites.length % 2 === 1) return malformed('cipher suites')
  return readExtensions(extensions, legacyVersion)
}

function readExtensions(extensions: Buffer, legacyVersion: number): ClientHelloResult {
  const reader = new ByteReader(extensions)
  const seen = new Set<number>()
  let name: { readonly sni: string; readonly raw: string } | null = null
  let alpn: readonly string[] | null = []
  let ech = false
  let version: number | null = legacyVersion
  while (reader.left > 0) {
    const type = reader.number(2)
    const data = reader.vector(2)
    if (reader.failed) break
    if (seen.has(type))
      return malformed(type === EXTENSION.serverName ? 'second server name' : 'second extension')
    seen.add(type)
    if (type === EXTENSION.serverName) {
      name = readServerName(data)
      if (name === null) return malformed('server name')
    } else if (type === EXTENSION.alpn) {
      alpn = readAlpn(data)
      if (alpn === null) return malformed('ALPN')
    } else if (type === EXTENSION.supportedVersions) {
      version = readHighestVersion(data)
      if (version === null) return malformed('supported versions')
    } else if (isEchExtension(type)) ech = true
  }
  if (!reader.complete) return malformed('extensions')
  return {
    kind: 'tls',
    sni: name?.sni ?? null,
    rawSni: name?.raw ?? null,
    alpn,
    ech,
    version: tlsVersion(version),
  }
}
