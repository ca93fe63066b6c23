import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { McpRunError } from '../model/errors.ts'
import type { NodeRuntime } from '../model/node-runtime.ts'
import { aheadFile, isFloating, lookAhead, readAhead, writeAhead } from './ahead.ts'
import { readArchive } from './archive.ts'
import { chooseBin } from './bin.ts'
import { binCommand } from './bin-start.ts'
import type { BlocksOf } from './fetch-reach.ts'
import { hostRuntime } from './host-runtime.ts'
import { withInstallLock } from './install-lock.ts'
import { type InstallOptions, installPackage, trustBeside } from './install-package.ts'
import type { InstallRun } from './install-run.ts'
import { allowedScripts } from './install-scripts.ts'
import { judgeNames, refuseUnexpected, resemblanceText } from './judge-names.ts'
import type { Environment } from './npm-client.ts'
import { bareName, formatOrigin } from './origin.ts'
import { BETWEEN, formatPackageSpec, namedPackages, type PackageSpec, shellWord } from './package-spec.ts'
import { type Pin, type PinnedPackage, pinnedPackages } from './pin.ts'
import { pinDifference } from './pin-difference.ts'
import { indexFile, indexKey, listPins, readIndex, writeIndex } from './pin-index.ts'
import { keptLock } from './publish.ts'
import type { Owner } from './stage.ts'
import { storeFailure } from './store-failure.ts'
import { checkTree, type TreeCheck, type TreeState } from './tree-record.ts'
import { STRICT, type Trust } from './trust.ts'
import { isExact, type UpgradeEnd, type UpgradeOptions, upgradePackage } from './upgrade-package.ts'

export interface InstalledPackage {
  readonly pin: Pin
  readonly name: string
  /** Exact. */
  readonly version: string
  /** Subresource integrity of the package's own tarball. */
  readonly integrity: string
  /** Holds node_modules; read-only. */
  readonly directory: string
  /** Absolute path of the chosen command's script. */
  readonly bin: string
  /** How it is started: program first, absolute paths. */
  readonly command: readonly string[]
  /** Whether its files are what was installed. */
  readonly check: TreeCheck
  /** What has changed since the last start, where a floating tag was asked for; null: nothing. */
  readonly news: string | null
}

export interface EnsureOptions {
  readonly spec: PackageSpec
  /** A command of the package; null: npx's rule. */
  readonly bin: string | null
  /** Which of its commands does not matter: a shell finds them. */
  readonly anyBin?: boolean
  /** The store's folder; packages are kept in `packages/` of it. */
  readonly store: string
  readonly install: InstallRun
  /** The program that installs and asks in the sandbox: dist/package-client.cjs. */
  readonly client: string
  /** The host's node, this process's own: absolute path. It reads npm's settings. */
  readonly node: string
  /** What installs and runs the package. Absent: the host's own. */
  readonly runtime?: NodeRuntime
  /** Absent: nobody has said anything. */
  readonly trust?: Trust
  /** See InstallOptions. */
  readonly trustBeside?: (spec: PackageSpec) => Trust
  /** See StageOptions. */
  readonly blocksOf?: BlocksOf
  /** One line for a person. */
  readonly say: (text: string) => void
  /** Resolve the spec again, though it is installed. */
  readonly refresh?: boolean
  /** What is there was found damaged: have it again, package for package. */
  readonly repair?: boolean
  readonly env?: Environment
  readonly cwd?: string
  /** Whom the sandbox runs as, if not this process's user: npm's folders are given to them. */
  readonly owner?: Owner
  readonly now?: () => number
}

/**
 * The package as pinned, installed now if it is not yet. When it is: a few reads of the file system, no registry, no
 * npm. Throws `usage` for a command that is not there and for what a person is to decide, `install-failed` for the rest.
 */
export async function ensurePackage(given: EnsureOptions): Promise<InstalledPackage> {
  const options = ready(given)
  const { packages, file } = options
  const news = options.refresh === true ? null : takeAhead(options)
  const kept = options.refresh === true ? null : readIndex(file)
  const found = kept === null || lacks(kept, options) ? null : locate(kept, options)
  if (found !== null && kept !== null) {
    await refuseChanged(kept, options)
    for (const one of pinnedPackages(kept)) {
      const text = resemblanceText(one)
      if (text !== null) options.say(text)
    }
    return { ...found, news, check: checkTree(packages, kept) }
  }
  const fresh = await installOnce(options, kept)
  const installed = locate(fresh, options)
  if (installed === null)
    throw storeFailure(options.spec, options.store, new Error('it vanished from the store'))
  return { ...installed, news, check: { own: installedNow, all: installedNow } }
}

/** What an archive was when it was pinned it must be at every start that still finds it. */
async function refuseChanged(pin: Pin, { spec, trust, say }: Ready): Promise<void> {
  if (pin.origin !== undefined) refuseUnexpected(pin.name, trust)
  for (const [at, { origin }] of namedPackages(spec).entries()) {
    const pinned = pinnedPackages(pin)[at]
    if (origin?.kind !== 'file' || pinned === undefined) continue
    const what = formatOrigin(origin)
    if (!existsSync(origin.address)) {
      say(`${what} is gone: what was installed from it is run`)
      continue
    }
    if ((await readArchive(origin.address, what)) === pinned.integrity) continue
    throw new McpRunError(
      'usage',
      `${what} is not what it was when ${pinned.name}@${pinned.version} was installed from it: it was replaced`,
      { hint: `if that is meant: mcp-run pin --accept ${shellWord(formatPackageSpec(spec))}` },
    )
  }
}

async function installedNow(): Promise<TreeState> {
  return { state: 'whole' }
}

/** The same without a command to be run: what there is, or what is installed now. */
export async function pinPackage(given: Omit<EnsureOptions, 'bin'>): Promise<Pin> {
  const options = ready({ ...given, bin: null })
  const kept = options.refresh === true ? null : readIndex(options.file)
  return kept ?? installOnce(options, null)
}

/** Asks what a floating tag means by now, for the next start: see `lookAhead`. */
export function ensureAhead(given: EnsureOptions): Promise<void> {
  const options = ready(given)
  return lookAhead({ ...options, again: null }, options.file)
}

/**
 * Another version in the place of what is pinned for this spec, if a person accepts it: see upgradePackage. `version`: a
 * version, a range or a tag; null: what the spec means today, and of an exact version the newest that there is.
 */
export async function upgradePinned(
  given: EnsureOptions,
  { version, decide }: { readonly version: string | null; readonly decide: UpgradeOptions['decide'] },
): Promise<UpgradeEnd> {
  const options = ready(given)
  const { spec: asked, packages, file } = options
  const pin = readIndex(file)
  if (pin === null) throw notPinned(asked, packages)
  const newest = isExact(asked.version) ? null : asked.version
  const spec = { name: asked.name, version: version ?? newest }
  const current = { file, spec: formatPackageSpec(asked), pin }
  return upgradePackage({ ...options, spec, again: null, current, decide })
}

function notPinned(spec: PackageSpec, packages: string): McpRunError {
  const kept = listPins(packages, spec.name).map((one) => one.spec)
  // Of several packages none is taken in another version alone.
  const others = [...new Set(kept)].filter((one) => !one.includes(BETWEEN))
  const pinned =
    others.length === 0 ? '' : `; pinned ${others.length === 1 ? 'is' : 'are'} ${others.join(', ')}`
  const hint =
    others.length === 0 ? `mcp-run pin ${formatPackageSpec(spec)}` : `mcp-run upgrade ${others.at(-1)}`
  return new McpRunError('usage', `${formatPackageSpec(spec)} is not pinned${pinned}`, { hint })
}

type Ready = EnsureOptions &
  Omit<InstallOptions, 'again'> & {
    /** The pin's. */
    readonly file: string
  }

function ready(given: EnsureOptions): Ready {
  const runtime = given.runtime ?? hostRuntime(given)
  const packages = join(given.store, 'packages')
  const file = indexFile(packages, indexKey(given.spec, runtime))
  return { ...given, runtime, trust: given.trust ?? STRICT, packages, file }
}

/** What a floating tag came to since the last start takes the place of what was pinned, and that is said. */
function takeAhead({ spec, file, packages, say }: Ready): string | null {
  if (!isFloating(spec)) return null
  const ahead = readAhead(aheadFile(file))
  if (ahead?.refusal) say(`${formatPackageSpec(spec)} is not taken as it is now: ${ahead.refusal}`)
  const before = readIndex(file)
  if (!ahead?.pin || before === null) return null
  writeIndex(file, ahead.pin)
  writeAhead(aheadFile(file), { ...ahead, pin: null })
  const difference = pinDifference(packages, before, ahead.pin).join('; ')
  const news = `${formatPackageSpec(spec)} has changed: ${difference}`
  say(`alert: ${news}`)
  return news
}

/** Whether it must be installed again: damaged, or without the scripts that are allowed by now. */
function lacks(pin: Pin, { repair, trust }: Ready): boolean {
  return repair === true || allowedScripts(pin, trust).length > 0
}

/** null: the script is not there, so that the tree has been damaged or removed. */
function locate(pin: Pin, options: Ready): Omit<InstalledPackage, 'check' | 'news'> | null {
  const { name, version, integrity, tree } = pin
  const { holder, command: chosenName } = chosenCommand(pin, options)
  const chosen = holder.bins[chosenName]
  const directory = join(options.packages, tree)
  const bin = join(directory, 'node_modules', bareName(holder.name), chosen?.path ?? '')
  if (chosen === undefined || statSync(bin, { throwIfNoEntry: false })?.isFile() !== true) return null
  const command = binCommand(chosen.start, options.runtime.node, bin)
  return { pin, name, version, integrity, directory, bin, command }
}

/** Of several packages the first that has the command. Throws `usage` where none has. */
function chosenCommand(
  pin: Pin,
  { anyBin, bin }: Ready,
): { readonly holder: PinnedPackage; readonly command: string } {
  const all = pinnedPackages(pin)
  const has = ({ bins }: PinnedPackage) =>
    anyBin === true ? Object.keys(bins).length > 0 : bin !== null && Object.hasOwn(bins, bin)
  const holder = all.find(has)
  if (holder !== undefined) return { holder, command: bin ?? Object.keys(holder.bins)[0] ?? '' }
  const paths = all.flatMap(({ bins }) =>
    Object.entries(bins).map(([name, { path }]) => [name, path] as const),
  )
  const names = all.map(({ name }) => bareName(name)).join(', ')
  return { holder: pin, command: chooseBin(names, Object.fromEntries(paths), bin) }
}

/** `again`: what was installed before, to be had again; null at a first time. */
async function installOnce(options: Ready, again: Pin | null): Promise<Pin> {
  try {
    return await installAlone(options, again)
  } catch (error) {
    throw storeFailure(options.spec, options.store, error)
  }
}

/** Of several starts at once, one installs. */
async function installAlone(options: Ready, again: Pin | null): Promise<Pin> {
  const { packages, file, trust, say } = options
  const name = formatPackageSpec(options.spec)
  const kept = readIndex(file)
  const before = kept?.installedAt
  const trustOf = (spec: PackageSpec, at: number) => (at === 0 ? trust : trustBeside(spec, options))
  const names = judgeNames(options.spec, { packages, trustOf, before: kept, say })
  const waiting = (pid: number) =>
    say(`another mcp-run (process ${pid}) is installing ${name}: waiting for it`)
  const lock = join(packages, 'lock', indexKey(options.spec, options.runtime))
  return withInstallLock(lock, waiting, async () => {
    const other = readIndex(file)
    if (other !== null && other.installedAt !== before) return other
    say(
      again === null
        ? `installing ${name}, once: later starts use what is installed now`
        : `installing ${again.name}@${again.version} again, as it was`,
    )
    const given = { ...options, ...exactly(options, again), again, judgeArchive: names.archive }
    const entry = names.resembling(await installPackage(given))
    const replaces = other === null || other.version === entry.version ? null : other.version
    const pin = { ...entry, spec: name, replaces }
    writeIndex(file, pin)
    if (isFloating(options.spec))
      writeAhead(aheadFile(file), { askedAt: pin.installedAt, pin: null, refusal: null })
    return pin
  })
}

/** The same packages as before, by npm's own list of them. */
function exactly({ packages, spec }: Ready, again: Pin | null): Pick<InstallOptions, 'spec' | 'lock'> {
  if (again === null || again.format === 1) return { spec, lock: null }
  const pinned = pinnedPackages(again)
  const exact = namedPackages(spec).map((one, at) =>
    one.origin === undefined ? { ...one, version: pinned[at]?.version ?? one.version } : one,
  )
  const [own = spec, ...beside] = exact
  const all = beside.length === 0 ? own : { ...own, beside }
  return { spec: all, lock: keptLock(packages, again.tree) }
}
