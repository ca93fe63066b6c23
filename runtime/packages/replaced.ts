import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Tree } from './tree.ts'

/** A version whose content is not what it was when it was first installed here. */
export interface Replaced {
  readonly name: string
  readonly version: string
  /** The tree that holds the earlier one. */
  readonly tree: string
}

/**
 * A published version never changes: one that does, anywhere in the tree, was replaced in the registry or on
 * the way, though tarball and metadata agree. Compares with every tree of the store; null when all agree. What was named
 * by its place is no version of a registry, and says nothing of one.
 */
export function findReplaced(packages: string, tree: Tree): Replaced | null {
  const published = tree.packages.filter(({ placed }) => placed !== true)
  const fresh = new Map(published.map((item) => [`${item.name}@${item.version}`, item]))
  for (const digest of readdirSync(packages).filter((name) => /^[0-9a-f]{64}$/.test(name))) {
    for (const [id, integrity] of recorded(join(packages, digest, 'tree.txt'))) {
      const item = fresh.get(id)
      if (item === undefined || item.integrity === null || agree(integrity, item.integrity)) continue
      return { name: item.name, version: item.version, tree: digest }
    }
  }
  return null
}

/** `name@version` and integrity of each line of a registry's; what is in another's tarball has none of its own. */
function recorded(file: string): [string, string][] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return []
  }
  const lines = text.split('\n').map((line) => /^\S+ (\S+) (sha.+)$/.exec(line))
  return lines.flatMap((match) =>
    match?.[1] !== undefined && match[2] !== undefined ? [[match[1], match[2]]] : [],
  )
}

/** Integrities of different algorithms say nothing about each other. */
function agree(one: string, other: string): boolean {
  const [ours, theirs] = [one.split(' '), other.split(' ')]
  const algorithm = (hash: string) => hash.slice(0, hash.indexOf('-'))
  const comparable = ours.some((hash) => theirs.some((candidate) => algorithm(candidate) === algorithm(hash)))
  return !comparable || ours.some((hash) => theirs.includes(hash))
}
