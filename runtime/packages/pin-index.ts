import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { NodeRuntime } from '../model/node-runtime.ts'
import { processToken } from '../model/process-identity.ts'
import { bareName } from './origin.ts'
import { formatPackageSpec, type PackageSpec } from './package-spec.ts'
import { type Pin, type PinnedPackage, pinnedPackages, readPin } from './pin.ts'

/** A file name for a spec under this node: another major version, or processor, may install other packages. */
export function indexKey(spec: PackageSpec, runtime: Pick<NodeRuntime, 'key'>): string {
  return indexKeyOf(formatPackageSpec(spec), runtime)
}

/** The same of a spec as text. */
export function indexKeyOf(spec: string, runtime: Pick<NodeRuntime, 'key'>): string {
  const text = encodeURIComponent(spec)
  const name = text.length <= 180 ? text : `sha256-${createHash('sha256').update(text).digest('hex')}`
  return `${name}+${runtime.key}`
}

export function indexFile(packages: string, key: string): string {
  return join(packages, 'index', `${key}.json`)
}

/** null when there is none, or none that can be used: then the package is installed again. */
export function readIndex(file: string): Pin | null {
  try {
    return readPin(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

export function writeIndex(file: string, pin: Pin): void {
  replaceFile(file, `${JSON.stringify(pin, null, 2)}\n`)
}

/** Whole or not at all. */
export function replaceFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  const fresh = `${file}.${processToken()}`
  writeFileSync(fresh, text)
  renameSync(fresh, file)
}

export interface KeptPin {
  readonly file: string
  /** As it was asked for. */
  readonly spec: string
  readonly pin: Pin
}

/** Every pin of the store, or of one package, the oldest first. */
export function listPins(packages: string, name: string | null = null): readonly KeptPin[] {
  // What was named by its place is kept under that.
  const start = name === null || bareName(name) !== name ? '' : encodeURIComponent(name)
  const files = filesOf(join(packages, 'index')).filter(
    // A long name is a digest, which tells nothing.
    (file) => file.endsWith('.json') && (file.startsWith(start) || file.startsWith('sha256-')),
  )
  const kept = files.flatMap((file) => {
    const path = join(packages, 'index', file)
    const pin = readIndex(path)
    if (pin === null || (name !== null && pin.name !== name)) return []
    return [{ file: path, spec: pin.spec || specOf(file), pin }]
  })
  return kept.sort((a, b) => (a.pin.installedAt < b.pin.installedAt ? -1 : 1))
}

/** A package as it was pinned last, alone or with others; null: it never was. */
export function pinnedLast(packages: string, name: string): PinnedPackage | null {
  const all = listPins(packages).flatMap(({ pin }) => pinnedPackages(pin))
  return all.filter((one) => one.name === name).at(-1) ?? null
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Format 1 keeps it in the file's name alone. */
function specOf(file: string): string {
  return decodeURIComponent(file.slice(0, file.lastIndexOf('+')))
}
