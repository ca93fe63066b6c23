import { randomBytes, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

const SIGNING = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const HOUR_MS = 3_600_000

export interface Certificate {
  /** PEM of the authority that signed it. */
  readonly authority: string
  readonly cert: string
  readonly key: string
}

/** An authority that nobody knows, and a certificate of its for one name. Both end within the hour. */
export async function certificateFor(name: string): Promise<Certificate> {
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0])
  const [root, leaf] = await Promise.all([makeKeys(), makeKeys()])
  const [notBefore, notAfter] = [new Date(Date.now() - HOUR_MS), new Date(Date.now() + HOUR_MS)]
  const common = { notBefore, notAfter, signingAlgorithm: SIGNING }
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...common,
    serialNumber: serial(),
    name: 'CN=mcp-run demo',
    keys: root,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  })
  const certificate = await x509.X509CertificateGenerator.create({
    ...common,
    serialNumber: serial(),
    subject: `CN=${name}`,
    issuer: authority.subject,
    signingKey: root.privateKey,
    publicKey: leaf.publicKey,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }])],
  })
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', leaf.privateKey))
  return {
    authority: authority.toString('pem'),
    cert: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${key.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`,
  }
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(SIGNING, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>
}

function serial(): string {
  return `01${randomBytes(8).toString('hex')}`
}
