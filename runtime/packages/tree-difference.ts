/** What one tree has that another has not, `name@version` each, sorted. */
export interface TreeDifference {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** `name 1.0.0 -> 1.1.0`, where each has one version of it. */
  readonly changed: readonly string[]
}

/** Of two tree.txt. */
export function treeDifference(before: string, after: string): TreeDifference {
  const [old, fresh] = [packagesOf(before), packagesOf(after)]
  const added: string[] = []
  const removed: string[] = []
  const changed: string[] = []
  for (const name of [...new Set([...old.keys(), ...fresh.keys()])].sort()) {
    const was = [...(old.get(name) ?? [])].filter((version) => !fresh.get(name)?.has(version))
    const is = [...(fresh.get(name) ?? [])].filter((version) => !old.get(name)?.has(version))
    if (was.length === 1 && is.length === 1) {
      changed.push(`${name} ${was[0]} -> ${is[0]}`)
      continue
    }
    added.push(...is.map((version) => `${name}@${version}`))
    removed.push(...was.map((version) => `${name}@${version}`))
  }
  return { added, removed, changed }
}

function packagesOf(text: string): Map<string, Set<string>> {
  const packages = new Map<string, Set<string>>()
  for (const line of text.split('\n')) {
    const [path = '', id = ''] = line.split(' ')
    const at = id.lastIndexOf('@')
    if (!path.startsWith('node_modules/') || at < 1) continue
    const versions = packages.get(id.slice(0, at)) ?? new Set()
    packages.set(id.slice(0, at), versions.add(id.slice(at + 1)))
  }
  return packages
}
