import { createPrivateKey, webcrypto } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import { type Authority, CLOCK_SKEW_MS } from './authority.ts'
import { KEY_ALGORITHM, loadX509, SIGNING_ALGORITHM, serialNumber, type X509 } from './x509.ts'

const LIFETIME_MS = 7 * 24 * 3600_000
/** A declared wildcard has any number of names. */
const MAX_LEAVES = 500
/** RFC 5280, A.1: the upper bound of a common name. */
const MAX_COMMON_NAME = 64

export interface LeafMint {
  /** What ends TLS for a normalised name, with a certificate that the session's authority signed. */
  contextFor(name: string): Promise<SecureContext>
}

interface Leaf {
  readonly until: number
  readonly context: Promise<SecureContext>
}

/** Certificates are made on demand and kept; all have one key, of this process alone. */
export function createLeafMint(authority: Authority, clock: () => number): LeafMint {
  const leaves = new Map<string, Leaf>()
  let signer: Promise<Signer> | null = null
  const mint = async (name: string, now: number): Promise<SecureContext> => {
    signer ??= createSigner(authority)
    const { sign, key } = await signer
    const cert = await sign(name, now)
    // An authority of its own, or Node would read all that it knows for a context that verifies nobody.
    return createSecureContext({ key, cert, ca: authority.certificate })
  }
  return {
    contextFor: (name) => {
      const now = clock()
      const known = leaves.get(name)
      if (known !== undefined && known.until > now) return known.context
      const context = mint(name, now)
      leaves.delete(name)
      leaves.set(name, { until: now + LIFETIME_MS / 2, context })
      context.catch(() => leaves.delete(name))
      const [oldest] = leaves.keys()
      if (leaves.size > MAX_LEAVES && oldest !== undefined) leaves.delete(oldest)
      return context
    },
  }
}

interface Signer {
  /** PEM. */
  readonly key: string
  sign(name: string, now: number): Promise<string>
}

async function createSigner(authority: Authority): Promise<Signer> {
  const { subtle } = webcrypto
  const pkcs8 = Buffer.from(authority.key, 'base64')
  const [x509, signingKey, leafKeys] = await Promise.all([
    loadX509(),
    subtle.importKey('pkcs8', pkcs8, KEY_ALGORITHM, false, ['sign']),
    subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']),
  ])
  const certificate = new x509.X509Certificate(authority.certificate)
  const identifier = await x509.AuthorityKeyIdentifierExtension.create(await certificate.publicKey.export())
  const der = Buffer.from(await subtle.exportKey('pkcs8', leafKeys.privateKey))
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return {
    key: key.export({ format: 'pem', type: 'pkcs8' }).toString(),
    sign: async (name, now) => {
      const leaf = await x509.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: name.length <= MAX_COMMON_NAME ? `CN=${name}` : 'CN=mcp-run',
        issuer: certificate.subject,
        notBefore: new Date(now - CLOCK_SKEW_MS),
        notAfter: new Date(now + LIFETIME_MS),
        publicKey: leafKeys.publicKey,
        signingKey: signingKey,
        signingAlgorithm: SIGNING_ALGORITHM,
        extensions: [...leafExtensions(x509, name), identifier],
      })
      return leaf.toString('pem')
    },
  }
}

function leafExtensions(x509: X509, name: string) {
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }]),
  ]
}
