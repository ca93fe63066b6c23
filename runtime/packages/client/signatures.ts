import type { NpmLibrary, NpmOptions, Packument } from './npm-library.ts'

/** A registry's public key, as npm's library takes it. */
export interface RegistryKey {
  readonly keyid: string
  readonly expires: string | null
  readonly pemkey: string
}

export interface Installed {
  readonly name: string
  readonly version: string
  readonly integrity: string
}

export type Checked =
  | { readonly state: 'verified'; readonly keyid: string }
  | { readonly state: 'unsigned' }
  | { readonly state: 'failed'; readonly why: string }

/** Of the registry's own answer; none where it has none to give, whatever it says instead. */
export async function registryKeys(library: NpmLibrary, registry: string): Promise<readonly RegistryKey[]> {
  try {
    const answer = await library.fetch.json('/-/npm/v1/keys', { ...library.options, registry })
    const { keys } = answer as { keys?: unknown }
    return Array.isArray(keys) ? keys.flatMap((key) => asKey(key) ?? []) : []
  } catch {
    return []
  }
}

function asKey(value: unknown): RegistryKey | null {
  const { keyid, key, expires = null } = (value ?? {}) as Record<string, unknown>
  if (typeof keyid !== 'string' || typeof key !== 'string') return null
  const pemkey = `-----BEGIN PUBLIC KEY-----\n${key}\n-----END PUBLIC KEY-----`
  return { keyid, pemkey, expires: typeof expires === 'string' ? expires : null }
}

interface Pacote {
  manifest(
    spec: string,
    options: NpmOptions,
  ): Promise<{ readonly _integrity?: string; readonly _signatures?: readonly { readonly keyid: string }[] }>
  packument(spec: string, options: NpmOptions): Promise<Packument>
}

/** npm's codes for a signature that is there and does not hold. */
const FAILURES = new Set(['EINTEGRITYSIGNATURE', 'EMISSINGSIGNATUREKEY', 'EEXPIREDSIGNATUREKEY'])

/**
 * Whether the registry signed what was installed. `known`: the package's metadata; null: as npm's own cache has it.
 * Rejects where metadata cannot be had.
 */
export async function checkSignature(
  library: NpmLibrary,
  registry: string,
  keys: readonly RegistryKey[],
  { name, version, integrity }: Installed,
  known: Packument | null,
): Promise<Checked> {
  const pacote = library.load('pacote') as Pacote
  const spec = `${name}@${version}`
  const metadata = known ?? (await metadataOf(pacote, library.options, spec, keys))
  const { host, pathname } = new URL(registry)
  try {
    const { _integrity, _signatures = [] } = await pacote.manifest(spec, {
      ...library.options,
      // Whatever was published lately is as well to be checked as the rest.
      before: null,
      verifySignatures: true,
      packumentCache: { has: () => true, get: () => metadata, set: () => undefined, delete: () => undefined },
      [`//${host}${pathname}:_keys`]: keys,
    })
    const [first] = _signatures
    if (first === undefined) return { state: 'unsigned' }
    if (_integrity !== integrity) return { state: 'failed', why: 'what is signed is not what was installed' }
    return { state: 'verified', keyid: first.keyid }
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    if (FAILURES.has(code)) return { state: 'failed', why: message }
    throw error
  }
}

/** The short form, which npm has just fetched. It does not say when: for a key that has expired, the whole is asked. */
async function metadataOf(
  pacote: Pacote,
  options: NpmOptions,
  spec: string,
  keys: readonly RegistryKey[],
): Promise<Packument> {
  const short = await pacote.packument(spec, { ...options, preferOffline: true })
  const expiring = new Set(keys.flatMap(({ keyid, expires }) => (expires === null ? [] : [keyid])))
  const version = spec.slice(spec.lastIndexOf('@') + 1)
  const signatures = short.versions?.[version]?.dist?.signatures ?? []
  if (!signatures.some(({ keyid = '' }) => expiring.has(keyid))) return short
  return pacote.packument(spec, { ...options, fullMetadata: true, preferOnline: true })
}
