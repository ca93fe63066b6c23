import { constants } from 'node:fs'
import { chmod, open, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { McpRunError } from '../model/errors.ts'
import { escapeText } from '../model/text.ts'
import type { IndexEntry } from './index-entry.ts'
import { withInstallLock } from './install-lock.ts'
import { readInstalledManifest } from './installed-manifest.ts'
import { acceptsNode } from './node-range.ts'
import { formatPackageSpec, type PackageSpec } from './package-spec.ts'
import { findReplaced } from './replaced.ts'
import type { Stage } from './stage.ts'
import { readTree, type Tree } from './tree.ts'
import { sameFiles, sealContent } from './tree-files.ts'

const LOCK = 'node_modules/.package-lock.json'
const MAX_LOCK_BYTES = 64 * 1024 * 1024

/**
 * Takes what was installed in the stage into the store, read-only, under the digest of what it consists of.
 * The stage was written by the sandbox: nothing in it is followed, run or believed beyond its form.
 */
export async function publish(options: {
  packages: string
  stage: Stage
  spec: PackageSpec
  nodeVersion: string
  now: number
}): Promise<IndexEntry> {
  const { packages, stage, spec } = options
  const read = readTree(await readLock(stage, spec))
  if (!read.ok) throw failed(spec, read.flaw)
  const { tree } = read
  const root = tree.packages.find((item) => item.path === `node_modules/${spec.name}`)
  if (root === undefined || root.integrity === null) throw failed(spec, 'npm left it out')
  const manifest = readInstalledManifest(join(stage.tree, root.path), spec.name)
  if (manifest === null) throw failed(spec, 'its package.json cannot be read')
  const { engines } = manifest
  if (engines !== null && !acceptsNode(engines, options.nodeVersion)) {
    throw new McpRunError(
      'install-failed',
      `${spec.name}@${root.version} needs node ${escapeText(engines, 80)}, and this is ${options.nodeVersion}`,
      { hint: `run mcp-run with such a node, or take an older version: npm view ${spec.name} engines` },
    )
  }
  refuseReplaced(packages, tree)
  const scripts = tree.packages.filter(
    (item) => readInstalledManifest(join(stage.tree, item.path), item.name)?.hasScripts,
  )
  // Another spec may come to the same tree at the same time.
  const quiet = () => {}
  await withInstallLock(join(packages, 'lock', tree.digest), quiet, () => moveIn(packages, stage, tree))
  return {
    format: 1,
    name: spec.name,
    version: root.version,
    integrity: root.integrity,
    tree: tree.digest,
    bins: manifest.bins,
    scripts: scripts.map((item) => `${item.name}@${item.version}`),
    installedAt: new Date(options.now).toISOString(),
  }
}

async function readLock(stage: Stage, spec: PackageSpec): Promise<string> {
  try {
    const file = await open(
      join(stage.tree, LOCK),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    )
    try {
      const stat = await file.stat()
      if (!stat.isFile() || stat.size > MAX_LOCK_BYTES) throw new Error('not a lock file')
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw failed(spec, 'npm left no list of what it installed', cause)
  }
}

function refuseReplaced(packages: string, tree: Tree): void {
  const replaced = findReplaced(packages, tree)
  if (replaced === null) return
  const { name, version } = replaced
  throw new McpRunError(
    'install-failed',
    `the registry now serves another ${name}@${version} than the one that was installed before: published versions never change`,
    { hint: `if that is meant, remove what holds the earlier one: ${join(packages, replaced.tree)}` },
  )
}

async function moveIn(packages: string, stage: Stage, tree: Tree): Promise<void> {
  const final = join(packages, tree.digest)
  // The lists that npm keeps name times and registries: without them equal content is equal.
  for (const name of [LOCK, 'package.json', 'package-lock.json'])
    await rm(join(stage.tree, name), { force: true })
  await writeFile(join(stage.tree, 'tree.txt'), tree.text, { flag: 'wx' })
  await sealContent(stage.tree)
  if (await sameFiles(stage.tree, final)) return
  // What is there and differs was damaged. It moves into the stage, which goes with all its content.
  await chmod(final, 0o700).then(
    () => rename(final, join(stage.folder, 'damaged')),
    () => {},
  )
  await rename(stage.tree, final)
  await chmod(final, 0o555)
}

function failed(spec: PackageSpec, why: string, cause?: unknown): McpRunError {
  return new McpRunError(
    'install-failed',
    `${formatPackageSpec(spec)} was not installed: ${escapeText(why)}`,
    {
      hint: 'try again; the same with npm itself, to compare, in an empty folder',
      cause,
    },
  )
}
