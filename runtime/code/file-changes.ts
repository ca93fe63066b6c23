import type { Budget } from './budget.ts'
import { type ListedFile, listFiles, type PackageFolder, sameContent } from './package-files.ts'

/** Two versions of a package; null on the side where there is none. */
export interface PackagePair {
  readonly name: string
  readonly before: PackageFolder | null
  readonly after: PackageFolder | null
}

/** A file as it is in one version and in the other. */
export interface FilePair {
  readonly name: string
  readonly path: string
  readonly before: ListedFile | null
  readonly after: ListedFile | null
}

export interface FileChanges {
  /** New, changed or gone; the first pairs' first, small files before large ones. */
  readonly changed: readonly FilePair[]
  /** Of the earlier versions, what is the same in the later ones. */
  readonly unchanged: readonly ListedFile[]
}

/** Compares every byte of what has the same name and size. */
export async function fileChanges(pairs: readonly PackagePair[], budget: Budget): Promise<FileChanges> {
  const changed: FilePair[] = []
  const unchanged: ListedFile[] = []
  for (const { name, before, after } of pairs) {
    const why = budget.exhausted
    if (why !== null) {
      budget.leaveOut((after ?? before)?.id ?? name, why)
      continue
    }
    const old = before === null ? new Map<string, ListedFile>() : await listFiles(before, budget)
    const fresh = after === null ? new Map<string, ListedFile>() : await listFiles(after, budget)
    const own: FilePair[] = []
    for (const path of new Set([...fresh.keys(), ...old.keys()])) {
      const [was, is] = [old.get(path) ?? null, fresh.get(path) ?? null]
      if (was !== null && is !== null && (await isSame(was, is, budget))) unchanged.push(was)
      else own.push({ name, path, before: was, after: is })
    }
    changed.push(...own.sort((a, b) => size(a) - size(b)))
  }
  return { changed, unchanged }
}

async function isSame(was: ListedFile, is: ListedFile, budget: Budget): Promise<boolean> {
  if (was.bytes !== is.bytes || was.executable !== is.executable) return false
  // What cannot be compared counts as changed.
  return sameContent(was, is, budget).catch(() => false)
}

function size({ before, after }: FilePair): number {
  return (after ?? before)?.bytes ?? 0
}
