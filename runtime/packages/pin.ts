import type { BinStart } from './bin-start.ts'
import type { Origin } from './origin.ts'

/** A package that was named, as it was when it was installed. */
export interface PinnedPackage extends Facts {
  /** A Python package's begins with `pypi:`, one's from an archive or a repository with `archive:` or `git:`. */
  readonly name: string
  readonly version: string
  /** Subresource integrity of the package's own archive. */
  readonly integrity: string
  /** The place that it is from. Absent: a registry, or an index. */
  readonly origin?: PinnedOrigin
  /** The widely used package that its name resembles, though it is another one. */
  readonly resembles: string | null
  readonly bins: Readonly<Record<string, InstalledBin>>
}

export interface PinnedOrigin extends Pick<Origin, 'kind' | 'address'> {
  /** Of a repository: 40 hex digits, or 64. */
  readonly commit: string | null
}

/** What a spec was resolved to when it was installed: used from then on, until a person takes another. */
export interface Pin extends PinnedPackage {
  /** 1: made by an earlier mcp-run, which recorded less; what it did not is unknown here. */
  readonly format: 1 | 2
  /** As it was asked for; empty in format 1. */
  readonly spec: string
  /** What was named with it. Absent: nothing. */
  readonly beside?: readonly PinnedPackage[]
  /** SHA-256 over every package of the installation and its integrity, and its folder's name. */
  readonly tree: string
  /** All that lies in that folder; null in format 1. */
  readonly files: TreeSize | null
  /** `name@version` of packages whose install scripts were not run. */
  readonly scripts: readonly string[]
  /** Of those whose install scripts were run. */
  readonly ranScripts: readonly string[]
  readonly engine: Engine
  /** ISO 8601, UTC: when this version was first installed here. */
  readonly firstSeen: string
  /** When this copy was. */
  readonly installedAt: string
  /** The version that was pinned under the same spec before. */
  readonly replaces: string | null
}

export interface TreeSize {
  readonly count: number
  readonly bytes: number
  /** SHA-256 over path, kind and content of each. */
  readonly sha256: string
}

export interface InstalledBin {
  /** Inside the package's folder. */
  readonly path: string
  readonly start: BinStart
}

export interface Engine {
  /** What it was installed for, and the processor: `node20-x64`, `python3.11-x64`. */
  readonly key: string
  /** `engines.node` of the package; null: it does not say. */
  readonly wants: string | null
}

/** What the registry said of a version, and what of that could be proved. */
export interface Facts {
  /** The registry's URL without credentials; null: unknown. */
  readonly registry: string | null
  /** ISO 8601; null: the registry does not say. */
  readonly published: string | null
  readonly publisher: Publisher
  readonly signature: Signature
  readonly provenance: Provenance
  /** How many of the packages that it depends on bear the registry's signature, and how many do not. */
  readonly dependencies: { readonly signed: number; readonly unsigned: number }
}

export interface Publisher {
  /** Who published this version; null: the registry does not say. */
  readonly user: string | null
  /** Sorted. */
  readonly maintainers: readonly string[]
}

export type Signature =
  | { readonly state: 'verified'; readonly keyid: string }
  /** The registry has no keys. */
  | { readonly state: 'unsigned-registry' }
  /** The registry signs, and did not sign this. */
  | { readonly state: 'unsigned' }
  | { readonly state: 'unchecked'; readonly why: string }
  /** It is from no registry. */
  | { readonly state: 'no-registry' }

export type Provenance =
  | {
      readonly state: 'verified'
      /** `github.com/owner/name`, or the signer as its certificate names it. */
      readonly repository: string
      readonly workflow: string | null
      readonly commit: string | null
    }
  | { readonly state: 'none' }
  | { readonly state: 'unverified'; readonly why: string }

export const NO_FACTS: Facts = {
  registry: null,
  published: null,
  publisher: { user: null, maintainers: [] },
  signature: { state: 'unchecked', why: 'installed by an earlier mcp-run' },
  provenance: { state: 'none' },
  dependencies: { signed: 0, unsigned: 0 },
}

/** Of what is from an archive or a repository: whatever its package.json says, nobody vouches for it. */
export const UNVOUCHED: Facts = { ...NO_FACTS, signature: { state: 'no-registry' } }

/** All that was named, the one whose profile counts first. */
export function pinnedPackages<T extends PinnedPackage>(
  pin: T & Pick<Pin, 'beside'>,
): readonly [T, ...PinnedPackage[]] {
  return [pin, ...(pin.beside ?? [])]
}

/** null for what is none. */
export function readPin(value: unknown): Pin | null {
  if (!isRecord(value) || (value.format !== 1 && value.format !== 2)) return null
  const sound =
    isIdentified(value) &&
    [value.tree, value.installedAt].every((text) => typeof text === 'string') &&
    /^[0-9a-f]{64}$/.test(value.tree as string) &&
    isTexts(value.scripts) &&
    (value.beside === undefined || (Array.isArray(value.beside) && value.beside.every(isPinned)))
  if (!sound) return null
  if (value.format === 2) return isComplete(value) ? (value as unknown as Pin) : null
  const old = value as unknown as Pick<Pin, 'installedAt'>
  return {
    ...NO_FACTS,
    spec: '',
    files: null,
    ranScripts: [],
    engine: { key: '', wants: null },
    firstSeen: old.installedAt,
    resembles: null,
    replaces: null,
    ...(old as object),
  } as unknown as Pin
}

function isIdentified(value: Record<string, unknown>): boolean {
  const { name, version, integrity, origin, bins } = value
  return (
    [name, version, integrity].every((text) => typeof text === 'string') &&
    isRecord(bins) &&
    Object.values(bins).every(isBin) &&
    (origin === undefined ||
      (isRecord(origin) &&
        ['file', 'url', 'git'].includes(String(origin.kind)) &&
        typeof origin.address === 'string' &&
        isTextOrNull(origin.commit)))
  )
}

function isPinned(value: unknown): boolean {
  return isRecord(value) && isIdentified(value) && hasFacts(value) && isTextOrNull(value.resembles)
}

function isComplete(value: Record<string, unknown>): boolean {
  const { files, engine } = value
  return (
    hasFacts(value) &&
    [value.spec, value.firstSeen].every((text) => typeof text === 'string') &&
    [value.resembles, value.replaces].every(isTextOrNull) &&
    isTexts(value.ranScripts) &&
    isRecord(files) &&
    typeof files.sha256 === 'string' &&
    [files.count, files.bytes].every(Number.isSafeInteger) &&
    isRecord(engine) &&
    typeof engine.key === 'string' &&
    isTextOrNull(engine.wants)
  )
}

function hasFacts(value: Record<string, unknown>): boolean {
  const { publisher, signature, provenance, dependencies } = value
  return (
    [value.registry, value.published].every(isTextOrNull) &&
    isRecord(publisher) &&
    isTextOrNull(publisher.user) &&
    isTexts(publisher.maintainers) &&
    isRecord(signature) &&
    typeof signature.state === 'string' &&
    isRecord(provenance) &&
    typeof provenance.state === 'string' &&
    isRecord(dependencies) &&
    [dependencies.signed, dependencies.unsigned].every(Number.isSafeInteger)
  )
}

function isBin(value: unknown): value is InstalledBin {
  if (!isRecord(value) || !isRecord(value.start)) return false
  const { kind, nodeArgs } = value.start
  return (
    typeof value.path === 'string' &&
    (kind === 'program' || kind === 'python' || (kind === 'node' && Array.isArray(nodeArgs)))
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string')
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string'
}
