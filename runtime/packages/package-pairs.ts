import { join } from 'node:path'
import type { TreePackage } from './tree.ts'

/** One version of a package in a tree. */
export interface PlacedPackage {
  readonly id: string
  /** Its folder, absolute. */
  readonly path: string
  /** Folders in it that are other packages, relative to it. */
  readonly others: ReadonlySet<string>
}

/** What takes the place of what; null on the side where there is none. */
export interface PlacedPair {
  readonly name: string
  readonly before: PlacedPackage | null
  readonly after: PlacedPackage | null
}

export interface PlacedTree {
  /** The folder that holds node_modules, absolute. */
  readonly folder: string
  readonly packages: readonly TreePackage[]
}

/**
 * The packages of which one tree has another content than the other, `first` before all, then those that are new. What
 * has the same integrity is the same; what lies in another's tarball is part of that one.
 */
export function packagePairs(before: PlacedTree, after: PlacedTree, first: string): readonly PlacedPair[] {
  const [had, has] = [contents(before), contents(after)]
  const gone = byName(before, (item) => !has.has(contentOf(item)))
  const fresh = byName(after, (item) => !had.has(contentOf(item)))
  const pairs: PlacedPair[] = []
  for (const name of new Set([...fresh.keys(), ...gone.keys()])) {
    const [old, now] = [gone.get(name) ?? [], fresh.get(name) ?? []]
    for (let at = 0; at < Math.max(old.length, now.length); at++)
      pairs.push({ name, before: old[at] ?? null, after: now[at] ?? null })
  }
  const rank = (pair: PlacedPair) =>
    pair.name === first ? 0 : pair.before === null ? 1 : pair.after === null ? 3 : 2
  return pairs.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
}

function contents({ packages }: PlacedTree): ReadonlySet<string> {
  return new Set(packages.map(contentOf))
}

function contentOf({ name, version, integrity }: TreePackage): string {
  return `${name}@${version} ${integrity}`
}

/** The same version may lie in several places: one of them will do. */
function byName(
  { folder, packages }: PlacedTree,
  isWanted: (item: TreePackage) => boolean,
): ReadonlyMap<string, readonly PlacedPackage[]> {
  const found = new Map<string, PlacedPackage[]>()
  const seen = new Set<string>()
  const own = packages.filter(({ integrity }) => integrity !== null)
  const inside = nested(own.map(({ path }) => path))
  for (const item of own) {
    if (!isWanted(item) || seen.has(contentOf(item))) continue
    seen.add(contentOf(item))
    const placed = {
      id: `${item.name}@${item.version}`,
      path: join(folder, item.path),
      others: new Set(inside.get(item.path) ?? []),
    }
    found.set(item.name, [...(found.get(item.name) ?? []), placed])
  }
  return found
}

/** By the package around them: where in it others lie that have a tarball of their own. */
function nested(paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const all = new Set(paths)
  const found = new Map<string, string[]>()
  for (const path of paths) {
    let end = path.lastIndexOf('/node_modules/')
    while (end > 0 && !all.has(path.slice(0, end))) end = path.lastIndexOf('/node_modules/', end - 1)
    if (end <= 0) continue
    const around = path.slice(0, end)
    const own = found.get(around) ?? []
    found.set(around, own)
    own.push(path.slice(end + 1))
  }
  return found
}
