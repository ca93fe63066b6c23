import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { McpRunError } from '../model/errors.ts'
import { aheadFile, isFloating, writeAhead } from './ahead.ts'
import { withInstallLock } from './install-lock.ts'
import { type InstallOptions, refuseEngine, takeIn } from './install-package.ts'
import { installScriptsOf } from './installed-manifest.ts'
import { judgeVersion } from './judge.ts'
import { KNOWN_SERVERS } from './known-servers.ts'
import { acceptsNode } from './node-range.ts'
import { type PlacedPair, packagePairs } from './package-pairs.ts'
import { formatPackageSpec, parsePackageSpec } from './package-spec.ts'
import type { Pin } from './pin.ts'
import { indexFile, indexKey, type KeptPin, readIndex, writeIndex } from './pin-index.ts'
import { refuseReplaced } from './publish.ts'
import { type PublisherChange, publisherChange } from './publisher-change.ts'
import { resemblance } from './resemblance.ts'
import { type Staged, withStaged } from './staged.ts'
import { readTreeText, type TreePackage, withScripts } from './tree.ts'
import { type TreeDifference, treeDifference } from './tree-difference.ts'
import { checkTree } from './tree-record.ts'

/** What would take the place of a pin. Nothing of it has been run. */
export interface Proposal {
  readonly before: Pin
  readonly after: Omit<Pin, 'files'>
  readonly publisher: PublisherChange
  readonly dependencies: TreeDifference
  /** Packages with install scripts of which another version, or none, was there. */
  readonly scripts: readonly ScriptedPackage[]
  /** New dependencies whose names could be taken for others'. */
  readonly lookAlikes: readonly { readonly name: string; readonly genuine: string }[]
  /** Packages whose files differ: folders that are there until the answer is given. */
  readonly pairs: readonly PlacedPair[]
  /** Why it cannot be taken, whatever the answer. */
  readonly refusal: McpRunError | null
}

export interface ScriptedPackage {
  readonly id: string
  /** What npm would run, by the script's name. */
  readonly commands: Readonly<Record<string, string>>
  /** Whether the profile or the user allows it: then it is run once the version is accepted. */
  readonly allowed: boolean
  /** Whether some version of it with scripts was there before. */
  readonly known: boolean
}

export interface UpgradeOptions extends InstallOptions {
  /** What runs now. */
  readonly current: KeptPin
  /** Shows what differs, and asks. */
  readonly decide: (proposal: Proposal) => Promise<boolean>
}

export type UpgradeEnd =
  /** There is nothing else to be had. */
  | { readonly state: 'current'; readonly pin: Pin }
  | { readonly state: 'declined'; readonly before: Pin }
  | { readonly state: 'accepted'; readonly before: Pin; readonly pin: Pin }

/**
 * Installs another version in a stage, has it compared and judged by a person, and pins it if they accept: its install
 * scripts run only then, as far as they are allowed. Until the very end the pin that there is stays. Where an exact version
 * was asked for, the new one is pinned beside it, under its own. Throws `install-failed`, `package-damaged`, or `usage`
 * for what cannot be taken as it is.
 */
export function upgradePackage(options: UpgradeOptions): Promise<UpgradeEnd> {
  const { packages, current, trust, decide } = options
  return withStaged(options, async (staged) => {
    const before = current.pin
    refuseEngine(staged, options.runtime.version)
    refuseReplaced(packages, staged.tree)
    if (withScripts(staged.tree, before.ranScripts).digest === before.tree)
      return { state: 'current', pin: before }
    refuseOutside(current.spec, staged.pin.version)
    await refuseDamaged(packages, before)
    const remarks = judged(staged, options)
    const proposal = proposalOf(staged, options, remarks instanceof McpRunError ? remarks : null)
    const accepted = await decide(proposal)
    if (proposal.refusal !== null) throw proposal.refusal
    if (!accepted) return { state: 'declined', before }
    const taken = await takeIn(staged, { ...options, trust })
    const pin = await replacePin(options, { ...taken, resembles: before.resembles })
    return { state: 'accepted', before, pin }
  })
}

/** A range goes on meaning what it says. */
function refuseOutside(spec: string, version: string): void {
  const { name, version: range } = parsePackageSpec(spec)
  const isRange = range !== null && !isExact(range) && !isFloating({ name, version: range })
  // What npm means by a range is the same for node and for packages.
  if (!isRange || acceptsNode(range, version)) return
  throw new McpRunError('usage', `${spec} does not mean ${version}`, {
    hint: `write ${name}@${version} where ${spec} stands: its first start pins it`,
  })
}

/** What is compared with must be what was installed. */
async function refuseDamaged(packages: string, pin: Pin): Promise<void> {
  const { state } = await checkTree(packages, pin).all()
  if (state !== 'damaged') return
  throw new McpRunError(
    'package-damaged',
    `${pin.name}@${pin.version} is not as it was installed: there is nothing to compare with`,
    { hint: 'the next start installs it again as it was; then upgrade' },
  )
}

/** Who publishes it now is shown, and accepted with all else; what else stands against it is no matter of taste. */
function judged(staged: Staged, { current, trust, now = Date.now }: UpgradeOptions): McpRunError | null {
  try {
    judgeVersion(staged.pin, staged.packages[0].answer, {
      last: current.pin,
      trust: { ...trust, accept: true },
      now: now(),
    })
    return null
  } catch (error) {
    if (error instanceof McpRunError) return error
    throw error
  }
}

function proposalOf(
  { stage, tree, pin }: Staged,
  { packages, current, trust }: UpgradeOptions,
  refusal: McpRunError | null,
): Proposal {
  const before = current.pin
  const folder = join(packages, before.tree)
  const text = readFileSync(join(folder, 'tree.txt'), 'utf8')
  const old = readTreeText(text)
  const dependencies = treeDifference(text, tree.text)
  return {
    before,
    after: pin,
    publisher: publisherChange(before, pin),
    dependencies,
    scripts: scriptsOf(
      pin.scripts,
      before,
      { folder: stage.tree, packages: tree.packages },
      trust.allowScripts,
    ),
    lookAlikes: lookAlikes(old, tree.packages),
    pairs: packagePairs({ folder, packages: old }, { folder: stage.tree, packages: tree.packages }, pin.name),
    refusal,
  }
}

function scriptsOf(
  ids: readonly string[],
  before: Pin,
  { folder, packages }: { readonly folder: string; readonly packages: readonly TreePackage[] },
  allowed: readonly string[],
): readonly ScriptedPackage[] {
  const had = new Set([...before.scripts, ...before.ranScripts])
  const names = new Set([...had].map(nameOf))
  return ids.flatMap((id) => {
    if (had.has(id)) return []
    const placed = packages.find((item) => `${item.name}@${item.version}` === id)
    const commands = placed === undefined ? {} : installScriptsOf(join(folder, placed.path))
    return [{ id, commands, allowed: allowed.includes(nameOf(id)), known: names.has(nameOf(id)) }]
  })
}

const MAX_COMPARED = 2000

/** A new dependency may bear the name of one that is there, or of a widely used server, but for a letter. */
function lookAlikes(
  before: readonly TreePackage[],
  after: readonly TreePackage[],
): readonly { readonly name: string; readonly genuine: string }[] {
  const known = [...new Set(before.map(({ name }) => name))].slice(0, MAX_COMPARED)
  const fresh = [...new Set(after.map(({ name }) => name))].filter((name) => !known.includes(name))
  return fresh.slice(0, MAX_COMPARED / 10).flatMap((name) => {
    const found = resemblance(name, [...known, ...KNOWN_SERVERS])
    // `x-core` beside `x` is one author's; only what looks like a slip is told.
    return found === null || found.how === 'scope' ? [] : [{ name, genuine: found.genuine }]
  })
}

function nameOf(id: string): string {
  return id.slice(0, id.lastIndexOf('@'))
}

/** The pin that was shown is the one that is replaced, or none is. */
async function replacePin(
  { packages, current, spec, runtime, now = Date.now }: UpgradeOptions,
  taken: Pin,
): Promise<Pin> {
  const asked = parsePackageSpec(current.spec)
  const exact = isExact(asked.version)
  const kept = exact ? { name: spec.name, version: taken.version } : asked
  const file = exact ? indexFile(packages, indexKey(kept, runtime)) : current.file
  const lock = join(packages, 'lock', indexKey(kept, runtime))
  const pin = { ...taken, spec: formatPackageSpec(kept), replaces: current.pin.version }
  await withInstallLock(
    lock,
    () => undefined,
    async () => {
      if (!exact && readIndex(file)?.tree !== current.pin.tree) {
        throw new McpRunError('usage', `${current.spec} was pinned anew meanwhile: nothing was changed`, {
          hint: 'run mcp-run upgrade again, to see what differs from that',
        })
      }
      writeIndex(file, pin)
      if (isFloating(kept))
        writeAhead(aheadFile(file), { askedAt: new Date(now()).toISOString(), pin: null, refusal: null })
    },
  )
  return pin
}

/** Whether nothing but this version can be meant. */
export function isExact(version: string | null): boolean {
  return version !== null && /^v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/.test(version)
}
