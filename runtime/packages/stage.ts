import { chownSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, processToken } from '../model/process-identity.ts'
import { removeTree } from './tree-files.ts'

/** Whom the sandbox runs as, where that is not this process's own user. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** A private place for one installation. It is removed with all its content, whatever came of it. */
export interface Stage {
  readonly folder: string
  /** Writable for the sandbox: all of the below but `config`. */
  readonly work: string
  /** Where the package is installed. */
  readonly tree: string
  readonly cache: string
  readonly home: string
  /** Credentials and certificates, readable for the sandbox. */
  readonly config: string
}

export function createStage(packages: string, { owner }: { owner: Owner | undefined }): Stage {
  const folder = join(packages, 'stage', processToken())
  const work = join(folder, 'work')
  const stage = {
    folder,
    work,
    tree: join(work, 'tree'),
    cache: join(work, 'cache'),
    home: join(work, 'home'),
    config: join(folder, 'config'),
  }
  // Passable, so that the sandbox's user gets to its own folders; what is in them is nobody else's to read.
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  for (const path of [work, stage.tree, stage.cache, stage.home, stage.config]) {
    mkdirSync(path, { mode: 0o700 })
    own(path, owner)
  }
  return stage
}

/** What npm is to install: names, and a version, a range, a tag or a file of each. */
export function writeManifest(
  { tree }: Stage,
  dependencies: Readonly<Record<string, string>>,
  owner: Owner | undefined,
): void {
  const file = join(tree, 'package.json')
  rmSync(file, { force: true })
  writePrivate(file, JSON.stringify({ name: 'mcp-run-install', private: true, dependencies }), owner)
}

export function writePrivate(path: string, content: string | Uint8Array, owner: Owner | undefined): void {
  writeFileSync(path, content, { mode: 0o600, flag: 'wx' })
  own(path, owner)
}

/** Removes what installations left behind whose process was killed. */
export async function sweepStages(packages: string): Promise<void> {
  const stages = join(packages, 'stage')
  mkdirSync(stages, { recursive: true, mode: 0o711 })
  const dead = readdirSync(stages).filter((name) => !isAlive(name))
  // What cannot be removed is another user's: not ours to mind.
  await Promise.allSettled(dead.map((name) => removeTree(join(stages, name))))
}

export function own(path: string, owner: Owner | undefined): void {
  if (owner !== undefined) chownSync(path, owner.uid, owner.gid)
}
