import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { chmod, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { McpRunError } from '../model/errors.ts'
import { readBounded } from './bounded-file.ts'
import { INSTALLED_LOCK } from './install-command.ts'
import { withInstallLock } from './install-lock.ts'
import type { Pin, TreeSize } from './pin.ts'
import { listPins, replaceFile } from './pin-index.ts'
import { findReplaced } from './replaced.ts'
import { BUILT, STAGED } from './roots.ts'
import type { Stage } from './stage.ts'
import type { Staged } from './staged.ts'
import { type Tree, withScripts } from './tree.ts'
import { readContent } from './tree-content.ts'
import { sealContent } from './tree-files.ts'
import { writeRecord } from './tree-record.ts'

const MAX_LOCK_BYTES = 64 * 1024 * 1024

/**
 * Takes what was installed in the stage into the store, read-only, under the digest of what it consists of.
 * The stage was written by the sandbox: nothing in it is followed, run or believed beyond its form.
 */
export async function publish(
  packages: string,
  { stage, tree: installed, pin }: Pick<Staged, 'stage' | 'tree' | 'pin'>,
  python: PythonParts | null = null,
): Promise<Pin> {
  const tree = withScripts(installed, pin.ranScripts)
  // Another spec may come to the same tree at the same time.
  const quiet = () => {}
  const files = await withInstallLock(join(packages, 'lock', tree.digest), quiet, () =>
    moveIn(packages, stage, { tree, name: pin.name, python }),
  )
  return { ...pin, tree: tree.digest, files }
}

/** Of a Python package: the interpreter, which links in the tree may lead to, and what would be installed again. */
export interface PythonParts {
  readonly interpreter: string
  readonly lock: string
}

/** Throws `install-failed` where a version of the store has other content now. */
export function refuseReplaced(packages: string, tree: Tree): void {
  const replaced = findReplaced(packages, tree)
  if (replaced === null) return
  const { name, version } = replaced
  throw new McpRunError(
    'install-failed',
    `the registry now serves another ${name}@${version} than the one that was installed before: published versions never change`,
    { hint: `if that is meant, remove what holds the earlier one: ${join(packages, replaced.tree)}` },
  )
}

/** npm's whole list of a tree, from which it can be installed again; null where none was kept. */
export function keptLock(packages: string, tree: string): string | null {
  try {
    return readFileSync(lockFile(packages, tree), 'utf8')
  } catch {
    return null
  }
}

export function lockFile(packages: string, tree: string): string {
  return join(packages, 'files', `${tree}.lock.json`)
}

async function moveIn(
  packages: string,
  stage: Stage,
  { tree, name, python }: { tree: Tree; name: string; python: PythonParts | null },
): Promise<TreeSize> {
  const kept = { tree: tree.digest, name }
  const final = join(packages, tree.digest)
  if (python === null) await keepLock(packages, stage, tree)
  else replaceFile(lockFile(packages, tree.digest), python.lock)
  // The lists that npm keeps name times and registries: without them equal content is equal.
  for (const name of [INSTALLED_LOCK, 'package.json', 'package-lock.json'])
    await rm(join(stage.tree, name), { force: true })
  await writeFile(join(stage.tree, 'tree.txt'), tree.text, { flag: 'wx' })
  await sealContent(stage.tree, python?.interpreter ?? null)
  const fresh = await readContent(stage.tree)
  const there = existsSync(final) ? await readContent(final).catch(() => null) : null
  const pinned = listPins(packages).filter((one) => one.pin.tree === tree.digest)
  const good = [fresh.size.sha256, ...pinned.map((one) => one.pin.files?.sha256)]
  if (there !== null && good.includes(there.size.sha256)) {
    writeRecord(packages, kept, there)
    return there.size
  }
  // What is there and differs was damaged. It moves into the stage, which goes with all its content.
  await chmod(final, 0o700).then(
    () => rename(final, join(stage.folder, 'damaged')),
    () => {},
  )
  await rename(stage.tree, final)
  await chmod(final, 0o555)
  // Being moved changes the time of the folder itself, and of nothing in it.
  const { ctimeMs } = lstatSync(final)
  const entries = fresh.entries.map((entry) => (entry.path === '' ? { ...entry, ctime: ctimeMs } : entry))
  writeRecord(packages, kept, { ...fresh, entries })
  return fresh.size
}

/** Without the places of a registry's tarballs: a later installation takes them from the one that it is given then. */
async function keepLock(packages: string, stage: Stage, tree: Tree): Promise<void> {
  try {
    const lock = JSON.parse(await readBounded(join(stage.tree, 'package-lock.json'), MAX_LOCK_BYTES))
    for (const [path, entry] of Object.entries(lock.packages) as [string, { resolved?: unknown }][]) {
      const resolved = String(entry.resolved)
      // What is built again may come out otherwise.
      if (resolved.startsWith(BUILT)) delete lock.packages[path]
      else if (!resolved.startsWith(STAGED)) delete entry.resolved
    }
    replaceFile(lockFile(packages, tree.digest), JSON.stringify(lock))
  } catch {
    // npm was told not to write one: a repair then resolves anew, and must come to the same packages.
  }
}
