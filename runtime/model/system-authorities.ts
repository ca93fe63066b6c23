import { readFileSync } from 'node:fs'

/** Where distributions keep what the system trusts, in one file; the last is macOS's too. */
export const SYSTEM_BUNDLES: readonly string[] = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/** What the system trusts, in PEM; Node's own list where the system has none. */
export function systemAuthorities(): readonly string[] {
  const [bundle] = textsOf(SYSTEM_BUNDLES)
  // Seldom needed, and TLS costs a start milliseconds.
  return bundle === undefined ? process.getBuiltinModule('node:tls').rootCertificates : [bundle]
}

/** Of files, each text once. One that cannot be read adds nothing. */
export function textsOf(files: readonly string[]): readonly string[] {
  const texts = [...new Set(files)].flatMap((file) => {
    try {
      return [readFileSync(file, 'utf8')]
    } catch {
      return []
    }
  })
  return [...new Set(texts)]
}
