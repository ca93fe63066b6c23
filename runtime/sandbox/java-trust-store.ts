import { createHash } from 'node:crypto'

/** Of Java's own store of authorities too: it keeps nothing secret, it tells of accidents. */
export const TRUST_STORE_PASSWORD = 'changeit'

const MAGIC = 0xfeedfeed
const VERSION = 2
const TRUSTED_CERTIFICATE = 2
/** What the digest begins with, beside the password: a constant of the format. */
const SALT = 'Mighty Aphrodite'

/**
 * A Java trust store in the format JKS, which every JVM reads: big-endian numbers, texts with their length, and at the
 * end a SHA-1 over password, salt and all of it. `certificates`: DER.
 */
export function javaTrustStore(certificates: readonly Buffer[], now: number): Buffer {
  const entries = certificates.flatMap((der, index) => [
    uint32(TRUSTED_CERTIFICATE),
    text(`mcp-run-${index}`),
    uint64(now),
    text('X.509'),
    uint32(der.length),
    der,
  ])
  const store = Buffer.concat([uint32(MAGIC), uint32(VERSION), uint32(certificates.length), ...entries])
  const password = Buffer.from(TRUST_STORE_PASSWORD, 'utf16le').swap16()
  const digest = createHash('sha1').update(password).update(SALT).update(store).digest()
  return Buffer.concat([store, digest])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

/** As DataOutput.writeUTF has it, for ASCII. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}
