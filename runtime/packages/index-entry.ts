import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { NodeRuntime } from '../model/node-runtime.ts'
import { processToken } from '../model/process-identity.ts'
import type { BinStart } from './bin-start.ts'
import { formatPackageSpec, type PackageSpec } from './package-spec.ts'

/** What a spec was resolved to when it was installed: pinned until it is refreshed. */
export interface IndexEntry {
  readonly format: 1
  readonly name: string
  readonly version: string
  readonly integrity: string
  /** Digest of the tree, and its folder's name. */
  readonly tree: string
  readonly bins: Readonly<Record<string, InstalledBin>>
  readonly scripts: readonly string[]
  /** ISO 8601, UTC. */
  readonly installedAt: string
}

export interface InstalledBin {
  /** Inside the package's folder. */
  readonly path: string
  readonly start: BinStart
}

/** A file name for a spec under this node: another major version, or processor, may install other packages. */
export function indexKey(spec: PackageSpec, runtime: Pick<NodeRuntime, 'key'>): string {
  const text = encodeURIComponent(formatPackageSpec(spec))
  const name = text.length <= 180 ? text : `sha256-${createHash('sha256').update(text).digest('hex')}`
  return `${name}+${runtime.key}`
}

export function indexFile(packages: string, key: string): string {
  return join(packages, 'index', `${key}.json`)
}

/** null when there is none, or none that can be used: then the package is installed again. */
export function readIndex(file: string): IndexEntry | null {
  try {
    const entry: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isEntry(entry) ? entry : null
  } catch {
    return null
  }
}

export function writeIndex(file: string, entry: IndexEntry): void {
  mkdirSync(dirname(file), { recursive: true })
  const fresh = `${file}.${processToken()}`
  writeFileSync(fresh, `${JSON.stringify(entry, null, 2)}\n`)
  renameSync(fresh, file)
}

function isEntry(value: unknown): value is IndexEntry {
  if (typeof value !== 'object' || value === null) return false
  const entry = value as Record<string, unknown>
  const texts = [entry.name, entry.version, entry.integrity, entry.tree, entry.installedAt]
  return (
    entry.format === 1 &&
    texts.every((text) => typeof text === 'string') &&
    /^[0-9a-f]{64}$/.test(entry.tree as string) &&
    Array.isArray(entry.scripts) &&
    entry.scripts.every((name) => typeof name === 'string') &&
    typeof entry.bins === 'object' &&
    entry.bins !== null &&
    Object.values(entry.bins).every(isBin)
  )
}

function isBin(value: unknown): value is InstalledBin {
  if (typeof value !== 'object' || value === null) return false
  const { path, start } = value as { path?: unknown; start?: { kind?: unknown; nodeArgs?: unknown } }
  if (typeof path !== 'string' || typeof start !== 'object' || start === null) return false
  return start.kind === 'program' || (start.kind === 'node' && Array.isArray(start.nodeArgs))
}
