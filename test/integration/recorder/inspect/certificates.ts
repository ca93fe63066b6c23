import { createPrivateKey, webcrypto } from 'node:crypto'
import {
  KEY_ALGORITHM,
  loadX509,
  SIGNING_ALGORITHM,
  serialNumber,
} from '../../../../runtime/recorder/inspect/x509.ts'

/** As Node's servers take them: PEM. */
export interface ServerCertificate {
  readonly key: string
  readonly cert: string
}

export interface TestAuthority {
  /** PEM. */
  readonly certificate: string
  issue(
    names: readonly string[],
    validFor?: { readonly from: number; readonly to: number },
  ): Promise<ServerCertificate>
}

let made = 0
const DAY = 24 * 3600_000

/** An authority of the test's own, for the destinations. */
export async function testAuthority(): Promise<TestAuthority> {
  const x509 = await loadX509()
  const keys = await webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify'])
  const dates = (from: number, to: number) => ({
    notBefore: new Date(Date.now() + from),
    notAfter: new Date(Date.now() + to),
  })
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...{
      serialNumber: serialNumber(),
      name: `CN=Test authority ${++made}`,
      keys,
      signingAlgorithm: SIGNING_ALGORITHM,
    },
    ...dates(-DAY, DAY),
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  })
  return {
    certificate: root.toString('pem'),
    issue: async (names, { from, to } = { from: -DAY, to: DAY }) => {
      const own = await webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify'])
      const leaf = await x509.X509CertificateGenerator.create({
        ...{
          serialNumber: serialNumber(),
          subject: 'CN=test',
          issuer: root.subject,
          publicKey: own.publicKey,
        },
        ...{ signingKey: keys.privateKey, signingAlgorithm: SIGNING_ALGORITHM, ...dates(from, to) },
        extensions: [
          new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value }))),
        ],
      })
      const key = createPrivateKey({
        key: Buffer.from(await webcrypto.subtle.exportKey('pkcs8', own.privateKey)),
        ...{ format: 'der', type: 'pkcs8' },
      })
      return { key: key.export({ format: 'pem', type: 'pkcs8' }).toString(), cert: leaf.toString('pem') }
    },
  }
}
