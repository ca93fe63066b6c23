import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { McpRunError } from '../model/errors.ts'
import type { NodeRuntime } from '../model/node-runtime.ts'
import { escapeText } from '../model/text.ts'
import { type Answer, asAnswer, readAnswer } from './answer.ts'
import { readBounded } from './bounded-file.ts'
import { answerFile, INSTALLED_LOCK, prepareInstall } from './install-command.ts'
import type { InstallRun } from './install-run.ts'
import { readInstalledManifest } from './installed-manifest.ts'
import { type Environment, findNpm } from './npm-client.ts'
import { readNpmConfig } from './npm-config.ts'
import { npmFailure } from './npm-failure.ts'
import { formatPackageSpec, type PackageSpec } from './package-spec.ts'
import type { Pin } from './pin.ts'
import { type RegistryAccess, registryAccess } from './registry.ts'
import { redact } from './secrets.ts'
import { createStage, type Owner, type Stage, sweepStages } from './stage.ts'
import { readTree, type Tree } from './tree.ts'
import { removeTree } from './tree-files.ts'

export interface StageOptions {
  /** `packages/` of the store. */
  readonly packages: string
  readonly spec: PackageSpec
  /** The host's node: absolute path. */
  readonly node: string
  readonly runtime: NodeRuntime
  readonly install: InstallRun
  /** See InstallParts. */
  readonly client: string
  /** npm's list of all that is to be installed; null: as the registry resolves the spec today. */
  readonly lock?: string | null
  readonly env?: Environment
  readonly cwd?: string
  readonly owner?: Owner
  readonly now?: () => number
}

/** A package as npm installed it in a stage, with what its registry says. Nothing of it has been run. */
export interface Staged {
  readonly stage: Stage
  readonly tree: Tree
  readonly answer: Answer
  readonly access: RegistryAccess
  /** As it would be pinned; `files` is known when it is in the store. */
  readonly pin: Omit<Pin, 'files'>
}

const MAX_LOCK_BYTES = 64 * 1024 * 1024

/**
 * Installs a package in a stage of its own, outside the live store, and hands it to `use`; removes it, whatever comes
 * of that. Rejects with `install-failed`.
 */
export async function withStaged<T>(options: StageOptions, use: (staged: Staged) => Promise<T>): Promise<T> {
  return inStage(options, true, async (stage, access) => {
    const { spec } = options
    const read = readTree(await lockOf(stage, spec))
    if (!read.ok) throw stageFailure(spec, read.flaw)
    const { tree } = read
    const root = tree.packages.find((item) => item.path === `node_modules/${spec.name}`)
    if (root === undefined || root.integrity === null) throw stageFailure(spec, 'npm left it out')
    const manifest = readInstalledManifest(join(stage.tree, root.path), spec.name)
    if (manifest === null) throw stageFailure(spec, 'its package.json cannot be read')
    const answer =
      (await readAnswer(answerFile(stage), cleaner(access))) ?? asAnswer({ problem: 'it was not asked' })
    const scripts = tree.packages.filter(
      (item) => readInstalledManifest(join(stage.tree, item.path), item.name)?.hasScripts,
    )
    const at = new Date((options.now ?? Date.now)()).toISOString()
    const pin = {
      format: 2,
      spec: formatPackageSpec(spec),
      name: spec.name,
      version: root.version,
      integrity: root.integrity,
      tree: tree.digest,
      bins: manifest.bins,
      scripts: scripts.map((item) => `${item.name}@${item.version}`),
      ranScripts: [],
      engine: { key: options.runtime.key, wants: manifest.engines },
      firstSeen: at,
      installedAt: at,
      resembles: null,
      replaces: null,
      ...answer.facts,
    } as const
    return use({ stage, tree, answer, access, pin })
  })
}

/** What the registry says of the version that the spec means today. Nothing is installed. */
export function askRegistry(options: StageOptions): Promise<Answer> {
  return inStage(options, false, async (stage, access) => {
    const answer = await readAnswer(answerFile(stage), cleaner(access))
    if (answer !== null && answer.version !== '') return answer
    const { signature } = answer?.facts ?? asAnswer({ problem: 'no answer' }).facts
    throw stageFailure(
      options.spec,
      signature.state === 'unchecked' ? signature.why : 'no answer',
      'asked for',
    )
  })
}

function cleaner({ secrets }: RegistryAccess): (text: string) => string {
  return (text) => redact(text, secrets)
}

async function inStage<T>(
  options: StageOptions,
  install: boolean,
  use: (stage: Stage, access: RegistryAccess) => Promise<T>,
): Promise<T> {
  const { packages, spec, owner, runtime, client, env = process.env, cwd = process.cwd() } = options
  await sweepStages(packages)
  const stage = createStage(packages, spec, { owner, lock: options.lock ?? null })
  try {
    const node = realpathSync(options.node)
    const npm = findNpm({ node, env, cwd })
    const config = await readNpmConfig({ npm, node, env, cwd: stage.tree })
    const access = registryAccess(config)
    const parts = { spec, stage, runtime, env, config, access, owner, client, install }
    const end = await options.install(prepareInstall(parts))
    if (end.exitCode !== 0) throw npmFailure(spec, end, access)
    return await use(stage, access)
  } finally {
    await removeTree(stage.folder)
  }
}

async function lockOf(stage: Stage, spec: PackageSpec): Promise<string> {
  try {
    return await readBounded(join(stage.tree, INSTALLED_LOCK), MAX_LOCK_BYTES)
  } catch (cause) {
    throw stageFailure(spec, 'npm left no list of what it installed', 'installed', cause)
  }
}

export function stageFailure(
  spec: PackageSpec,
  why: string,
  what: 'installed' | 'asked for' = 'installed',
  cause?: unknown,
): McpRunError {
  return new McpRunError('install-failed', `${formatPackageSpec(spec)} was not ${what}: ${escapeText(why)}`, {
    hint: 'try again; the same with npm itself, to compare, in an empty folder',
    cause,
  })
}
