import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { certificatesIn, pemOf } from '../model/pem.ts'
import { systemAuthorities, textsOf } from '../model/system-authorities.ts'
import type { Share } from './backend.ts'
import { type CertificateVariable, certificateFiles } from './certificates.ts'
import { javaTrustStore, TRUST_STORE_PASSWORD } from './java-trust-store.ts'

/** What tells the programs of a sandbox whom to trust. */
export interface TrustFiles {
  readonly env: Readonly<Record<string, string>>
  readonly shares: readonly Share[]
}

export interface SessionTrustOptions {
  /** mcp-run's own environment: the host's authorities hold in the sandbox as well. */
  readonly host: Readonly<Record<string, string | undefined>>
  /** The session's, in PEM. */
  readonly authority: string
  /** Of the host; made here, and the caller's to remove when the session has ended. */
  readonly folder: string
}

/** Where the files appear in the sandbox. */
const PLACE = '/etc/mcp-run/ca'

/** Their programs have a list of their own beside it; those of the others take the file in its place. */
const BESIDE: readonly CertificateVariable[] = ['NODE_EXTRA_CA_CERTS', 'DENO_CERT']
/** Go reads the first, as OpenSSL and all that is built on it. */
const IN_PLACE: readonly CertificateVariable[] = [
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'PIP_CERT',
  'GIT_SSL_CAINFO',
  'AWS_CA_BUNDLE',
]

/**
 * Writes what makes a sandbox trust the session's authority, beside all that the host trusts, and says how its
 * programs are told. Nobody but its owner gets into the folder; whoever is shown a file of it may read it.
 */
export function writeSessionTrust({ host, authority, folder }: SessionTrustOptions): TrustFiles {
  const files = certificateFiles(host)
  const named = (names: readonly CertificateVariable[]) => textsOf(names.flatMap((name) => files[name] ?? []))
  const extra = certificatesIn([authority, ...named(BESIDE)])
  const bundle = certificatesIn([authority, ...systemAuthorities(), ...named(IN_PLACE), ...named(BESIDE)])
  const store = javaTrustStore(
    bundle.map((body) => Buffer.from(body, 'base64')),
    Date.now(),
  )
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const shares = [
    shown(folder, 'extra.pem', pemOf(extra)),
    shown(folder, 'bundle.pem', pemOf(bundle)),
    shown(folder, 'java.jks', store),
  ]
  const env: Record<string, string> = { JAVA_TOOL_OPTIONS: javaOptions(`${PLACE}/java.jks`) }
  for (const name of BESIDE) env[name] = `${PLACE}/extra.pem`
  for (const name of IN_PLACE) env[name] = `${PLACE}/bundle.pem`
  return { env, shares }
}

function shown(folder: string, name: string, content: string | Buffer): Share {
  const source = join(folder, name)
  writeFileSync(source, content)
  // Whatever the umask says.
  chmodSync(source, 0o644)
  return { source, target: `${PLACE}/${name}`, write: false }
}

function javaOptions(store: string): string {
  const settings = { '': store, Password: TRUST_STORE_PASSWORD, Type: 'JKS' }
  return Object.entries(settings)
    .map(([name, value]) => `-Djavax.net.ssl.trustStore${name}=${value}`)
    .join(' ')
}
