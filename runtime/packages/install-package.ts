import { McpRunError } from '../model/errors.ts'
import { escapeText } from '../model/text.ts'
import { factsText } from './facts-text.ts'
import { allowedScripts, runInstallScripts } from './install-scripts.ts'
import { judgeVersion } from './judge.ts'
import { acceptsNode } from './node-range.ts'
import { formatPackageSpec, type PackageSpec } from './package-spec.ts'
import { type Pin, pinnedPackages } from './pin.ts'
import { listPins, pinnedLast } from './pin-index.ts'
import { publish, refuseReplaced } from './publish.ts'
import { keepArchives } from './roots.ts'
import { type Staged, type StageOptions, withStaged } from './staged.ts'
import { type Tree, withScripts } from './tree.ts'
import type { Trust } from './trust.ts'

export interface InstallOptions extends StageOptions {
  /** Of the package that was named first. */
  readonly trust: Trust
  /** Of those that were named with it. Absent: nobody has said more of them than of the first. */
  readonly trustBeside?: (spec: PackageSpec) => Trust
  /** One line for a person. */
  readonly say: (text: string) => void
  /** The pin that is to be had again, package for package; null: what the spec means today is wanted. */
  readonly again: Pin | null
}

/**
 * Installs a package in a stage, judges who stands behind it, runs the scripts that are allowed, and takes it into the
 * store. Nothing is left of one that failed. Throws `install-failed`, or `usage` where a person is to decide.
 */
export function installPackage(options: InstallOptions): Promise<Pin> {
  const { packages, runtime, trust, say, again } = options
  return withStaged({ ...options, builds: trust.allowPlacedScripts }, async (staged) => {
    const { tree } = staged
    refuseEngine(staged, runtime.version)
    refuseReplaced(packages, tree)
    refuseStandIns(staged, trust, say)
    for (const [at, { spec, pinned, answer }] of staged.packages.entries()) {
      const before = again === null ? undefined : pinnedPackages(again)[at]
      const last = before ?? pinnedLast(packages, pinned.name)
      const judged = {
        last,
        trust: at === 0 ? trust : trustBeside(spec, options),
        now: (options.now ?? Date.now)(),
      }
      const remarks = judgeVersion({ ...pinned, spec: formatPackageSpec(staged.spec) }, answer, judged)
      say(`${pinned.name}@${pinned.version}: ${factsText(pinned)}`)
      remarks.forEach(say)
    }
    if (again !== null) refuseOther(again, tree)
    refuseBundledScripts(staged, trust)
    return takeIn(staged, options)
  })
}

/** Whoever names two packages gives neither a say in what the other consists of. */
function refuseStandIns({ standIns }: Staged, { acceptedNames }: Trust, say: (text: string) => void): void {
  for (const { of, name, is, named } of standIns) {
    const what = escapeText(`takes the place of ${name}, which ${of} depends on`, 600)
    const which = escapeText(is, 300)
    if (!named && !acceptedNames.includes(name)) {
      throw new McpRunError(
        'usage',
        `${which}, which came with a package that was named beside it, ${what}: nothing shows that it is that`,
        { hint: `--accept-name ${escapeText(name, 214)}, if it is meant; else start the two apart` },
      )
    }
    say(`${which} ${what}`)
  }
}

/** What lies in an archive could call itself anything: a profile's word for the registry's package is not for it. */
function refuseBundledScripts({ tree, pin }: Staged, trust: Trust): void {
  const archives = tree.packages.filter(({ placed }) => placed === true).map(({ path }) => `${path}/`)
  const allowed = allowedScripts(pin, trust)
  const bundled = tree.packages.find(
    ({ path, name, version, integrity }) =>
      integrity === null &&
      archives.some((folder) => path.startsWith(folder)) &&
      allowed.includes(`${name}@${version}`) &&
      !trust.allowPlacedScripts.includes(name),
  )
  if (bundled === undefined) return
  throw new McpRunError(
    'usage',
    `${bundled.name}@${bundled.version}, whose install script the profile allows, is of no registry here: the archive has its own`,
    { hint: `--allow-scripts ${bundled.name} runs it all the same, in the sandbox` },
  )
}

/** Runs the scripts that are allowed, and takes what was judged and accepted into the store. Throws `install-failed`. */
export async function takeIn(
  staged: Staged,
  { packages, runtime, owner, trust, say, install }: InstallOptions,
): Promise<Pin> {
  const { pin, stage, access, roots } = staged
  const ranScripts = allowedScripts(pin, trust)
  await runInstallScripts(ranScripts, { stage, runtime, access, install, owner })
  const scripts = pin.scripts.filter((id) => !ranScripts.includes(id))
  if (ranScripts.length > 0) say(`run in the sandbox: the install scripts of ${ranScripts.join(', ')}`)
  if (scripts.length > 0) say(`not run: the install scripts of ${scripts.join(', ')}`)
  const seen = listPins(packages, pin.name).filter((one) => one.pin.version === pin.version)
  const firstSeen = [pin.firstSeen, ...seen.map((one) => one.pin.firstSeen)].sort()[0] ?? pin.firstSeen
  const published = await publish(packages, { ...staged, pin: { ...pin, ranScripts, scripts, firstSeen } })
  keepArchives(packages, published.tree, roots)
  return published
}

export function refuseEngine({ packages }: Staged, version: string): void {
  for (const { engines, pinned } of packages) {
    if (engines === null || acceptsNode(engines, version)) continue
    throw new McpRunError(
      'install-failed',
      `${pinned.name}@${pinned.version} needs node ${escapeText(engines, 80)}, and this is ${version}`,
      { hint: `run mcp-run with such a node, or take an older version: npm view ${pinned.name} engines` },
    )
  }
}

/** A profile describes its own package alone, unless the caller knows of others'. */
export function trustBeside(
  spec: PackageSpec,
  { trust, trustBeside }: Pick<InstallOptions, 'trust' | 'trustBeside'>,
): Trust {
  return trustBeside?.(spec) ?? { ...trust, profiled: false, publishers: [] }
}

/** What is installed again must be what was there, package for package. */
function refuseOther(again: Pin, tree: Tree): void {
  if (again.format === 1 || withScripts(tree, again.ranScripts).digest === again.tree) return
  throw new McpRunError(
    'install-failed',
    `${again.name}@${again.version} cannot be had again as it was: what the registry has for it, or for what it depends on, is not what was installed`,
    { hint: `mcp-run unpin ${again.name}, and the next start takes what there is today` },
  )
}
