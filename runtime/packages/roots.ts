import { closeSync, copyFileSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { McpRunError } from '../model/errors.ts'
import { type ArchiveManifest, readArchive, readArchiveManifest } from './archive.ts'
import { placedName, shownAddress } from './origin.ts'
import { formatPackageSpec, namedPackages, type PackageSpec } from './package-spec.ts'
import type { PinnedOrigin } from './pin.ts'
import { type Owner, own, type Stage } from './stage.ts'

/** A package that was named, as npm is told of it. */
export interface Root {
  readonly spec: PackageSpec
  /** What it calls itself, which is its folder's name. */
  readonly name: string
  /** What a pin knows it by. */
  readonly pinName: string
  /** The archive that it is from, as a file of the stage's own; null: a registry's. */
  readonly archive: Archive | null
}

export interface Archive extends ArchiveManifest {
  /** Of the stage's `config`: what is hashed is what npm reads, and nobody else writes there. */
  readonly file: string
  readonly integrity: string
  /** What it was built to, which is installed in its place; null: it is installed as it is. */
  readonly built: { readonly file: string; readonly integrity: string } | null
  readonly origin: PinnedOrigin
}

/** An archive that was fetched, or is kept from an installation before. */
export interface Fetched {
  readonly path: string
  readonly commit: string | null
}

/** Throws `usage` where two are called the same, or an archive is none. */
export async function readRoots(
  spec: PackageSpec,
  {
    stage,
    owner,
    fetch,
  }: {
    readonly stage: Stage
    readonly owner: Owner | undefined
    /** Gets an archive of that place, by its number among those that were named. */
    readonly fetch: (spec: PackageSpec, at: number) => Promise<Fetched>
  },
): Promise<readonly [Root, ...Root[]]> {
  const roots: Root[] = []
  for (const [at, one] of namedPackages(spec).entries()) {
    const root = await readRoot(one, { stage, owner, at, fetch })
    if (roots.some(({ name }) => name === root.name)) {
      throw new McpRunError('usage', `two of the packages that are named are ${root.name}`, {
        hint: 'one of each can be installed',
      })
    }
    roots.push(root)
  }
  return roots as unknown as readonly [Root, ...Root[]]
}

async function readRoot(
  spec: PackageSpec,
  {
    stage,
    owner,
    at,
    fetch,
  }: {
    stage: Stage
    owner: Owner | undefined
    at: number
    fetch: (spec: PackageSpec, at: number) => Promise<Fetched>
  },
): Promise<Root> {
  const { name, origin } = spec
  if (origin === undefined) return { spec, name, pinName: name, archive: null }
  const { path, commit } = await fetch(spec, at)
  const what = formatPackageSpec(spec)
  const file = join(stage.config, `archive-${at}.tgz`)
  const integrity = await copyArchive(path, file, what, origin.kind === 'file')
  own(file, owner)
  const manifest = await readArchiveManifest(file, what)
  const archive = {
    ...manifest,
    file,
    integrity,
    built: null,
    origin: { kind: origin.kind, address: shownAddress(origin.address), commit },
  }
  return { spec, name: manifest.name, pinName: placedName(origin, manifest.name), archive }
}

export async function copyArchive(from: string, to: string, what: string, follow: boolean): Promise<string> {
  const copy = openSync(to, 'wx', 0o600)
  try {
    const give = (bytes: Buffer) => {
      for (let at = 0; at < bytes.length; ) at += writeSync(copy, bytes, at)
    }
    return await readArchive(from, what, { give, follow })
  } finally {
    closeSync(copy)
  }
}

/** Where npm finds archives, from the folder that it installs into: the same in every stage. */
export const STAGED = 'file:../../config/archive-'
export const BUILT = 'file:../../config/built-'

/** For npm: a version, a range or a tag, or the archive. */
export function wantedOf({ spec, archive }: Root, at: number): string {
  return archive === null ? (spec.version ?? '*') : `${archive.built === null ? STAGED : BUILT}${at}.tgz`
}

function keptArchive(packages: string, tree: string, at: number): string {
  return join(packages, 'files', `${tree}.${at}.tgz`)
}

/** They lie beside the tree: it can be had again though its place is empty by then. */
export function keepArchives(packages: string, tree: string, roots: readonly Root[]): void {
  for (const [at, { archive }] of roots.entries()) {
    if (archive !== null) copyFileSync(archive.file, keptArchive(packages, tree, at))
  }
}

/** Null where it is not kept. */
export function findArchive(packages: string, tree: string, at: number): string | null {
  const name = basename(keptArchive(packages, tree, at))
  return filesOf(packages).includes(name) ? keptArchive(packages, tree, at) : null
}

export function forgetArchives(packages: string, tree: string): void {
  const own = filesOf(packages).filter((name) => name.startsWith(`${tree}.`) && name.endsWith('.tgz'))
  for (const name of own) rmSync(join(packages, 'files', name), { force: true })
}

function filesOf(packages: string): readonly string[] {
  try {
    return readdirSync(join(packages, 'files'))
  } catch {
    return []
  }
}
