import { realpathSync } from 'node:fs'
import type { NodeRuntime } from '../model/node-runtime.ts'
import type { IndexEntry } from './index-entry.ts'
import { prepareInstall } from './install-command.ts'
import type { InstallRun } from './install-run.ts'
import { type Environment, findNpm } from './npm-client.ts'
import { readNpmConfig } from './npm-config.ts'
import { npmFailure } from './npm-failure.ts'
import type { PackageSpec } from './package-spec.ts'
import { publish } from './publish.ts'
import { registryAccess } from './registry.ts'
import { createStage, type Owner, sweepStages } from './stage.ts'
import { removeTree } from './tree-files.ts'

export interface InstallOptions {
  readonly packages: string
  readonly spec: PackageSpec
  readonly node: string
  readonly runtime: NodeRuntime
  readonly install: InstallRun
  readonly env?: Environment
  readonly cwd?: string
  readonly owner?: Owner
  readonly now?: () => number
}

/** Installs a package in a stage of its own and takes it into the store. Nothing is left of one that failed. */
export async function installPackage(options: InstallOptions): Promise<IndexEntry> {
  const { packages, spec, owner, runtime, env = process.env, cwd = process.cwd(), now = Date.now } = options
  await sweepStages(packages)
  const stage = createStage(packages, spec, owner)
  try {
    const node = realpathSync(options.node)
    const npm = findNpm({ node, env, cwd })
    const config = await readNpmConfig({ npm, node, env, cwd: stage.tree })
    const access = registryAccess(config)
    const end = await options.install(prepareInstall({ spec, stage, runtime, env, config, access, owner }))
    if (end.exitCode !== 0) throw npmFailure(spec, end, access)
    return await publish({ packages, stage, spec, nodeVersion: runtime.version, now: now() })
  } finally {
    await removeTree(stage.folder)
  }
}
