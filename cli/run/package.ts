import { realpathSync } from 'node:fs'
import { findProfileByPackage, listProfiles, loadProfile, type ProfileOptions } from '../../profiles/load.ts'
import { McpRunError } from '../../runtime/model/errors.ts'
import type { LoadedProfile, Profile } from '../../runtime/model/profile.ts'
import { isFloating } from '../../runtime/packages/ahead.ts'
import {
  type EnsureOptions,
  ensureAhead,
  ensurePackage,
  type InstalledPackage,
} from '../../runtime/packages/ensure-package.ts'
import type { BlocksOf } from '../../runtime/packages/fetch-reach.ts'
import type { InstallRun } from '../../runtime/packages/install-run.ts'
import { KNOWN_SERVERS } from '../../runtime/packages/known-servers.ts'
import { BETWEEN, type PackageSpec } from '../../runtime/packages/package-spec.ts'
import { pinnedPackages } from '../../runtime/packages/pin.ts'
import type { TreeState } from '../../runtime/packages/tree-record.ts'
import { DEFAULT_MIN_AGE, type Trust } from '../../runtime/packages/trust.ts'
import { compileRules, hostRules } from '../../runtime/policy/rules.ts'
import type { SandboxBackend } from '../../runtime/sandbox/backend.ts'
import type { Soundness } from '../../runtime/session.ts'
import type { OwnPaths } from '../paths.ts'
import type { RunOptions } from './arguments.ts'
import { say } from './say.ts'
import type { PackageTarget, PythonTarget } from './target.ts'

export interface PackageContext {
  readonly store: string
  readonly backend: SandboxBackend
  readonly install: InstallRun
  readonly paths: Pick<OwnPaths, 'packageClient' | 'pythonClient'>
  readonly profiles: ProfileOptions
}

/** Where a start gets its package from. */
export interface PackageSource {
  /** What is pinned, installed now if it is not yet; `repair`: again, package for package. */
  ensure(repair: boolean): Promise<InstalledPackage>
  /** Asks what a floating tag means by now, for the next start; null: nothing floats. */
  readonly ahead: ((install: InstallRun) => Promise<void>) | null
}

export async function packageSource(
  target: PackageTarget | PythonTarget,
  loaded: LoadedProfile,
  options: RunOptions,
  context: PackageContext,
): Promise<PackageSource> {
  if (target.kind === 'python') {
    const { pythonSource } = await import('./python-source.ts')
    return pythonSource(target, loaded, options, context)
  }
  const wanted = await packageOptions(target, loaded, options, context)
  return {
    ensure: (repair) => ensurePackage({ ...wanted, repair }),
    ahead: isFloating(wanted.spec)
      ? (install) => ensureAhead({ ...wanted, install, say: () => undefined })
      : null,
  }
}

/** What is to be installed or found, with what the profile and the command line say of it. */
export async function packageOptions(
  { spec, bin, call }: Pick<PackageTarget, 'spec' | 'bin' | 'call'>,
  loaded: LoadedProfile,
  options: RunOptions,
  { store, backend, install, paths, profiles }: PackageContext,
): Promise<EnsureOptions> {
  const runtime = await backend.nodeRuntime()
  return {
    spec,
    bin,
    anyBin: call !== undefined,
    store,
    install,
    client: paths.packageClient,
    node: realpathSync(process.execPath),
    trust: trustOf(spec, loaded.profile, options, profiles),
    // A profile says what the first is called, and nothing of the others.
    trustBeside: (other) => ({
      ...trustOf(other, besideProfile(other, loaded, profiles), options, profiles),
      expects: null,
    }),
    blocksOf: declaredBlocks(loaded.profile),
    ...(runtime !== null && { runtime }),
    ...(backend.owner !== null && { owner: backend.owner }),
    say,
  }
}

/** Where in the user's own network a host lies, by the profile. */
function declaredBlocks({ egress }: Profile): BlocksOf {
  const rules = compileRules(egress)
  return (host, port) =>
    hostRules(rules, host).flatMap(({ ports, resolves }) => (ports.includes(port) ? resolves : []))
}

/** Of a package that was named with another: what its own profile says of who publishes it, though another is in force. */
function besideProfile({ name }: PackageSpec, { profile }: LoadedProfile, profiles: ProfileOptions): Profile {
  const found = findProfileByPackage(name, profiles)
  const own = found === null ? null : loadProfile(found, profiles).profile
  return own === null ? profile : { ...profile, package: own.package }
}

function trustOf(
  { name, origin }: PackageSpec,
  profile: Profile,
  { acceptNames, allowScripts, minAge }: RunOptions,
  profiles: ProfileOptions,
): Trust {
  const described = profile.package?.name === name ? profile.package : null
  return {
    profiled: described !== null,
    genuine: () => [
      ...listProfiles(profiles).flatMap(({ loaded }) => loaded?.profile.package?.name ?? []),
      ...KNOWN_SERVERS,
    ],
    acceptedNames: acceptNames,
    publishers: described?.publishers ?? [],
    minAge: minAge ?? profile.minAge ?? DEFAULT_MIN_AGE,
    allowScripts: [...profile.installScripts, ...allowScripts],
    allowPlacedScripts: allowScripts,
    expects: origin === undefined ? null : (profile.package?.name ?? null),
    accept: false,
  }
}

/** Where the profile knows another way to run it, that is what helps. */
export async function withNote<T>({ profile }: LoadedProfile, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (profile.note === null || !(error instanceof McpRunError)) throw error
    throw new McpRunError(error.code, error.message, { hint: profile.note, cause: error })
  }
}

/** What a history knows a version by: of several packages all, and the content of the whole. */
export function installedText({ pin }: Pick<InstalledPackage, 'pin'>): { label: string; integrity: string } {
  const label = pinnedPackages(pin)
    .map(({ name, version }) => `${name}@${version}`)
    .join(BETWEEN)
  if (pin.beside === undefined) return { label, integrity: pin.integrity }
  return { label, integrity: `sha256-${Buffer.from(pin.tree, 'hex').toString('base64')}` }
}

/** Whether what is installed may be run; rejects with `package-damaged`. */
export function soundness({ pin, check }: InstalledPackage): Soundness {
  const refuse = (found: TreeState): void => {
    if (found.state === 'damaged') throw damaged(`${pin.name}@${pin.version}`, found)
  }
  return { before: check.own().then(refuse), after: () => check.all().then(refuse) }
}

function damaged(what: string, { changed }: Extract<TreeState, { state: 'damaged' }>): McpRunError {
  const where = changed.length === 0 ? 'its files are not' : `${changed.join(', ')}: not`
  return new McpRunError('package-damaged', `${what}: ${where} what was installed`, {
    hint: 'mcp-run pin --verify looks at every file',
  })
}
