import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { McpRunError } from '../model/errors.ts'
import type { NodeRuntime } from '../model/node-runtime.ts'
import { escapeText } from '../model/text.ts'
import { type Answer, type Answers, asAnswer, asAnswers, readAnswers } from './answer.ts'
import { readBounded } from './bounded-file.ts'
import type { BlocksOf } from './fetch-reach.ts'
import { type GatherOptions, gatherRoots, isPrepared } from './gather-roots.ts'
import { answerFile, INSTALLED_LOCK, prepareInstall } from './install-command.ts'
import type { InstallRun } from './install-run.ts'
import { readInstalledManifest } from './installed-manifest.ts'
import { type Environment, findNpm } from './npm-client.ts'
import { readNpmConfig } from './npm-config.ts'
import { npmFailure } from './npm-failure.ts'
import { formatPackageSpec, type PackageSpec } from './package-spec.ts'
import { type Pin, type PinnedPackage, UNVOUCHED } from './pin.ts'
import { type RegistryAccess, registryAccess } from './registry.ts'
import { type Root, wantedOf } from './roots.ts'
import { redact } from './secrets.ts'
import { createStage, type Owner, type Stage, sweepStages, writeManifest, writePrivate } from './stage.ts'
import { findStandIns, type StandIn } from './stand-ins.ts'
import { type Placed, readTree, type Tree } from './tree.ts'
import { removeTree } from './tree-files.ts'

export interface StageOptions extends GatherOptions {
  /** The host's node: absolute path. */
  readonly node: string
  readonly runtime: NodeRuntime
  readonly install: InstallRun
  /** See InstallParts. */
  readonly client: string
  /** npm's list of all that is to be installed; null: as the registry resolves the spec today. */
  readonly lock?: string | null
  /** Absent: nobody has said where in their own network anything lies. */
  readonly blocksOf?: BlocksOf
  readonly env?: Environment
  readonly cwd?: string
  readonly owner?: Owner
  readonly now?: () => number
}

/** What npm installed in a stage, with what registries say of it. Nothing of it has been run. */
export interface Staged {
  readonly spec: PackageSpec
  readonly stage: Stage
  readonly tree: Tree
  readonly standIns: readonly StandIn[]
  readonly access: RegistryAccess
  readonly roots: readonly [Root, ...Root[]]
  /** Those that were named, the one whose profile counts first. */
  readonly packages: readonly [StagedPackage, ...StagedPackage[]]
  /** As it would be pinned; `files` is known when it is in the store. */
  readonly pin: Omit<Pin, 'files'>
}

export interface StagedPackage {
  readonly spec: PackageSpec
  readonly pinned: PinnedPackage
  readonly answer: Answer
  /** `engines.node`; null: it does not say. */
  readonly engines: string | null
}

const MAX_LOCK_BYTES = 64 * 1024 * 1024

/**
 * Installs packages in a stage of its own, outside the live store, and hands it to `use`; removes it, whatever comes
 * of that. Rejects with `install-failed`.
 */
export async function withStaged<T>(options: StageOptions, use: (staged: Staged) => Promise<T>): Promise<T> {
  return inStage(options, true, async (stage, access, roots) => {
    const { spec } = options
    const lock = await lockOf(stage, spec)
    const read = readTree(lock, placedOf(roots))
    if (!read.ok) throw stageFailure(spec, read.flaw)
    const standIns = findStandIns(
      lock,
      roots.map((root) => ({ path: folderOf(root), placed: root.archive !== null })),
    )
    const { tree } = read
    const found =
      (await readAnswers(answerFile(stage), cleaner(access))) ?? asAnswers({ problem: 'it was not asked' })
    const stageOne = (root: Root) => stagedPackage(root, { stage, tree, found })
    const [own, ...others] = roots
    const packages = [stageOne(own), ...others.map(stageOne)] as const
    const [first, ...beside] = packages
    const prepared = roots.filter(isPrepared).map(folderOf)
    const scripts = tree.packages.filter(
      (item) =>
        prepared.includes(item.path) ||
        readInstalledManifest(join(stage.tree, item.path), item.name)?.hasScripts,
    )
    const at = new Date((options.now ?? Date.now)()).toISOString()
    const pin = {
      ...first.pinned,
      format: 2,
      spec: formatPackageSpec(spec),
      tree: tree.digest,
      scripts: scripts.map((item) => `${item.name}@${item.version}`),
      ranScripts: [],
      engine: { key: options.runtime.key, wants: first.engines },
      firstSeen: at,
      installedAt: at,
      replaces: null,
      ...(beside.length > 0 && { beside: beside.map(({ pinned }) => pinned) }),
    } as const
    return use({ spec, stage, tree, standIns, access, roots, packages, pin })
  })
}

function placedOf(roots: readonly Root[]): ReadonlyMap<string, Placed> {
  return new Map(
    roots.flatMap((root) => {
      const { archive } = root
      if (archive === null) return []
      return [
        [folderOf(root), { source: archive.integrity, installed: (archive.built ?? archive).integrity }],
      ]
    }),
  )
}

function folderOf({ name }: Root): string {
  return `node_modules/${name}`
}

/** Throws `install-failed` where npm made something else of it than was named, or read here. */
function stagedPackage(
  root: Root,
  { stage, tree, found }: { readonly stage: Stage; readonly tree: Tree; readonly found: Answers },
): StagedPackage {
  const { spec, name, pinName, archive } = root
  const item = tree.packages.find(({ path }) => path === folderOf(root))
  if (item === undefined || item.integrity === null) throw stageFailure(spec, 'npm left it out')
  const manifest = readInstalledManifest(join(stage.tree, item.path), name)
  if (manifest === null) throw stageFailure(spec, 'its package.json cannot be read')
  const { version, integrity } = item
  const installed = { version, integrity, bins: manifest.bins, resembles: null }
  const answer = found(archive === null ? name : null)
  if (archive === null)
    return { spec, pinned: { name, ...installed, ...answer.facts }, answer, engines: manifest.engines }
  if (item.name !== name || manifest.name !== name || manifest.version !== archive.version)
    throw stageFailure(spec, 'it holds several package.json files that contradict one another')
  if (isPrepared(root) && archive.built === null && Object.keys(manifest.bins).length === 0) {
    throw new McpRunError(
      'install-failed',
      `${formatPackageSpec(spec)} has no command yet: its prepare script makes it, which is not run`,
      {
        hint: `--allow-scripts ${name} runs it, in the sandbox; or clone it and build it where you trust it, and name its folder`,
      },
    )
  }
  const facts = { ...UNVOUCHED, dependencies: answer.facts.dependencies }
  const pinned = { name: pinName, ...installed, origin: archive.origin, ...facts }
  return { spec, pinned, answer, engines: manifest.engines }
}

/** What the registry says of the version that the spec means today. Nothing is installed. */
export function askRegistry(options: StageOptions): Promise<Answer> {
  return inStage(options, false, async (stage, access) => {
    const found = await readAnswers(answerFile(stage), cleaner(access))
    const answer = found?.(options.spec.name)
    if (answer !== undefined && answer.version !== '') return answer
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
  use: (stage: Stage, access: RegistryAccess, roots: Staged['roots']) => Promise<T>,
): Promise<T> {
  const { packages, spec, owner, runtime, client, blocksOf = () => [] } = options
  const { env = process.env, cwd = process.cwd() } = options
  await sweepStages(packages)
  const stage = createStage(packages, { owner })
  try {
    // npm looks no further up than to the next manifest.
    writeManifest(stage, {}, owner)
    const node = realpathSync(options.node)
    const npm = findNpm({ node, env, cwd })
    const config = await readNpmConfig({ npm, node, env, cwd: stage.tree })
    const access = registryAccess(config)
    const parts = { stage, owner, runtime, env, access, config, client, blocksOf, install: options.install }
    const roots = await gatherRoots(options, parts)
    writeManifest(stage, Object.fromEntries(roots.map((root, at) => [root.name, wantedOf(root, at)])), owner)
    if (typeof options.lock === 'string')
      writePrivate(join(stage.tree, 'package-lock.json'), options.lock, owner)
    const end = await options.install(prepareInstall({ ...parts, spec, roots, install }))
    if (end.exitCode !== 0) throw npmFailure(spec, end, access)
    return await use(stage, access, roots)
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
