import { type BuildParts, buildArchive } from './build-archive.ts'
import { fetchArchive } from './fetch-archive.ts'
import type { PackageSpec } from './package-spec.ts'
import { type Pin, pinnedPackages } from './pin.ts'
import { type Archive, type Fetched, findArchive, type Root, readRoots } from './roots.ts'

export interface GatherOptions {
  /** `packages/` of the store. */
  readonly packages: string
  readonly spec: PackageSpec
  /** What was installed before and is to be had again: archives are kept. */
  readonly again?: Pin | null
  /** Packages, by name, that are built where they are from a repository. Absent: none. */
  readonly builds?: readonly string[]
  /** Told of an archive before anything is asked or installed: throws where what it calls itself may not be taken. */
  readonly judgeArchive?: (archive: Archive, at: number) => void
}

type Roots = readonly [Root, ...Root[]]

/**
 * All that was named, with the archives of what was named by its place, as they are to be installed. Rejects with
 * `install-failed`, or `usage` for what a person is to decide.
 */
export async function gatherRoots(options: GatherOptions, parts: BuildParts): Promise<Roots> {
  const { stage, owner } = parts
  const fetch = (spec: PackageSpec, at: number) => findOrFetch(spec, at, options, parts)
  const roots = await readRoots(options.spec, { stage, owner, fetch })
  for (const [at, { archive }] of roots.entries()) if (archive !== null) options.judgeArchive?.(archive, at)
  return buildRoots(roots, options, parts)
}

/** As npm has it: a repository's scripts make what is installed, an archive's have done so. */
export function isPrepared({ archive }: Root): boolean {
  return archive !== null && archive.origin.kind === 'git' && archive.prepares
}

/** Repositories whose prepare scripts are allowed are built first. */
async function buildRoots(roots: Roots, { builds = [] }: GatherOptions, parts: BuildParts): Promise<Roots> {
  const build = async (root: Root, at: number): Promise<Root> => {
    const { archive, name } = root
    if (archive === null || !isPrepared(root) || !builds.includes(name)) return root
    return { ...root, archive: { ...archive, built: await buildArchive(archive, at, parts) } }
  }
  const [own, ...others] = roots
  const all: [Root, ...Root[]] = [await build(own, 0)]
  for (const [at, root] of others.entries()) all.push(await build(root, at + 1))
  return all
}

/** What is kept of it from before, else from its place. */
async function findOrFetch(
  spec: PackageSpec,
  at: number,
  { packages, again }: GatherOptions,
  parts: BuildParts,
): Promise<Fetched> {
  const { origin } = spec
  const kept = again == null ? null : findArchive(packages, again.tree, at)
  const pinned = again == null ? null : (pinnedPackages(again)[at]?.origin ?? null)
  if (kept !== null) return { path: kept, commit: pinned?.commit ?? null }
  if (origin === undefined || origin.kind === 'file') return { path: origin?.address ?? '', commit: null }
  return fetchArchive(spec, origin, at, parts)
}
