import { webcrypto } from 'node:crypto'
import { KEY_ALGORITHM, loadX509, SIGNING_ALGORITHM, serialNumber } from './x509.ts'

/** A session's certificate authority: what the sandbox is told to trust, and what signs for it. Never on disk. */
export interface Authority {
  /** PEM. */
  readonly certificate: string
  /** The private key: PKCS #8, base64. */
  readonly key: string
}

/** A clock in the sandbox's image, or in a client's library, may be behind. */
export const CLOCK_SKEW_MS = 24 * 3600_000
/** A client may leave its servers running for long, and what the sandbox trusts is said once. */
const LIFETIME_MS = 365 * 24 * 3600_000

export async function createAuthority(now: number): Promise<Authority> {
  const [x509, keys] = await Promise.all([
    loadX509(),
    webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']),
  ])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=mcp-run session authority',
    notBefore: new Date(now - CLOCK_SKEW_MS),
    notAfter: new Date(now + LIFETIME_MS),
    keys: keys,
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      // RFC 5280, 4.2.1.2: every authority has one, and strict clients look for it.
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return { certificate: certificate.toString('pem'), key }
}
