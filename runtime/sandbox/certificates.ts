import { existsSync, realpathSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Share } from './backend.ts'
import { isInRoot } from './shares.ts'

/** By which programs are told of certificate authorities beside their own: Node, OpenSSL, Python, curl, git, AWS, Deno. */
export const CERTIFICATE_VARIABLES = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'PIP_CERT',
  'GIT_SSL_CAINFO',
  'AWS_CA_BUNDLE',
  'DENO_CERT',
] as const

export type CertificateVariable = (typeof CERTIFICATE_VARIABLES)[number]
type Variables = Readonly<Record<string, string | undefined>>

/** The host's files that those variables name, absolute; one that names no file is as good as unset. */
export function certificateFiles(host: Variables): Partial<Record<CertificateVariable, string>> {
  const files = CERTIFICATE_VARIABLES.flatMap((name) => {
    const value = host[name]
    if (value === undefined || value === '' || !existsSync(value) || !statSync(value).isFile()) return []
    return [[name, resolve(value)]]
  })
  return Object.fromEntries(files)
}

/**
 * A company's own authorities hold in the sandbox too: each variable names its file where the sandbox has it, under
 * a path of our own unless the root holds it anyway.
 */
export function certificateEnvironment(
  host: Variables,
  rootHolds: (path: string) => boolean,
): { readonly env: Readonly<Record<string, string>>; readonly shares: readonly Share[] } {
  const env: Record<string, string> = {}
  const shares = new Map<string, Share>()
  for (const [name, file] of Object.entries(certificateFiles(host))) {
    const source = realpathSync(file)
    if (rootHolds(file) && rootHolds(source)) {
      env[name] = file
      continue
    }
    const known = shares.get(source)
    const target = known?.target ?? `/etc/mcp-run/ca/${name.toLowerCase().replaceAll('_', '-')}.pem`
    env[name] = target
    shares.set(source, { source, target, write: false })
  }
  return { env, shares: [...shares.values()] }
}

/** What the native sandbox's root has of the host: its programs, and the system's certificates. */
export function nativeRootHolds(path: string): boolean {
  return path.startsWith('/etc/ssl/certs/') || isInRoot(path)
}
