import { existsSync, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import {
  denyAllProfile,
  findProfileByPackage,
  loadProfile,
  type ProfileOptions,
  profileNameFor,
} from '../../profiles/load.ts'
import { McpRunError } from '../../runtime/model/errors.ts'
import type { LoadedProfile, Profile } from '../../runtime/model/profile.ts'
import type { InstalledPackage } from '../../runtime/packages/ensure-package.ts'
import { type PackageRequest, packageRequest } from '../../runtime/packages/package-request.ts'
import { type PackageSpec, parsePackageSpec } from '../../runtime/packages/package-spec.ts'
import { PYTHON_PREFIX } from '../../runtime/packages/python/requirement.ts'
import type { SandboxBackend, Share } from '../../runtime/sandbox/backend.ts'
import {
  isInRoot,
  isWithin,
  programShare,
  refusal,
  type ShareContext,
  share,
} from '../../runtime/sandbox/shares.ts'
import { unusable } from '../../runtime/sandbox/usable-shares.ts'
import type { RunArguments } from './arguments.ts'
import { namedFolder, packageFolder } from './folder-target.ts'
import { refuseForeign } from './foreign-program.ts'
import { imageTarget, profileImage } from './image-target.ts'
import { type Runner, readRunner } from './runner/runner.ts'
import type { PackageTarget, Target } from './target.ts'

export interface Plan {
  readonly loaded: LoadedProfile
  readonly target: Target
  /** No profile declares this package: everything is denied. */
  readonly undeclared: boolean
}

/** Which profile, and what it runs. Throws `usage`, `profile-not-found` or `profile-invalid`. */
export function plan(args: RunArguments, profiles: ProfileOptions): Plan {
  const { options, own, words } = args
  const image = imageTarget(args, profiles)
  if (image !== null) return image
  if (args.runner !== undefined) return runnerPlan(args.runner, args, profiles)
  if (options.profile === null && !own) {
    return npmPlan({ packages: options.packages, words, call: options.call, bun: false }, args, profiles)
  }
  if (options.profile === null) {
    throw new McpRunError('usage', 'a command of your own needs a profile to say what it may contact', {
      hint: `mcp-run --profile NAME -- ${words.join(' ')}`,
    })
  }
  const loaded = loadProfile(options.profile, profiles)
  return {
    loaded,
    undeclared: false,
    target: own ? { kind: 'command', command: words } : profileTarget(loaded, options, words, profiles.cwd),
  }
}

type NpmRequest = Omit<Extract<Runner, { kind: 'npm' }>, 'kind'>

function runnerPlan(
  runner: Exclude<Runner, { kind: 'command' }>,
  args: RunArguments,
  profiles: ProfileOptions,
): Plan {
  if (runner.kind === 'npm') return npmPlan(runner, args, profiles)
  const { profile, acceptNames } = args.options
  const name = `${PYTHON_PREFIX}${runner.request.package.name}`
  if (profile === null) return { ...unprofiled(name, profiles), target: runner }
  const loaded = loadProfile(profile, profiles)
  const accepted = [...acceptNames, ...acceptNames.map((one) => `${PYTHON_PREFIX}${one}`)]
  refuseOther(loaded.profile, { name, version: null }, accepted)
  return { loaded, undeclared: false, target: runner }
}

/** What no profile describes has what `egress allow` wrote for it, under a name that no package of npm's goes by. */
function unprofiled(name: string, profiles: ProfileOptions): Pick<Plan, 'loaded' | 'undeclared'> {
  const found = findProfileByPackage(name, profiles)
  const loaded =
    found === null ? denyAllProfile(profileNameFor(name, profiles)) : loadProfile(found, profiles)
  return { loaded, undeclared: found === null }
}

/** npx's form: the profile is the one that was named, else the one that describes the package. */
function npmPlan(request: NpmRequest, { options }: RunArguments, profiles: ProfileOptions): Plan {
  const local = folderPlan(request, options.profile, profiles)
  if (local !== null) return local
  const { spec, bin, args } = npmRequest(request, profiles.cwd)
  const name = options.profile ?? findProfileByPackage(spec.name, profiles)
  const loaded =
    name === null ? denyAllProfile(profileNameFor(spec.name, profiles)) : loadProfile(name, profiles)
  if (options.profile !== null) refuseOther(loaded.profile, spec, options.acceptNames)
  const own = loaded.profile.package?.name === spec.name ? loaded.profile.args : []
  const how = {
    ...(request.call !== null && { call: request.call }),
    ...(request.bun && { bun: true as const }),
  }
  const target: PackageTarget = {
    kind: 'package',
    ...{ spec: pinned(spec, loaded), bin, ...how },
    args: request.call === null ? [...own, ...args] : [],
  }
  return { loaded, undeclared: name === null, target }
}

/** Null where no folder is named. Its profile is the one that was named: what its package.json says counts for nothing. */
function folderPlan(
  { packages, words, call }: NpmRequest,
  profile: string | null,
  profiles: ProfileOptions,
): Plan | null {
  const [named] = packages
  const word = named ?? words[0]
  if (call !== null || word === undefined) return null
  if (packages.length > 1) return noFolder(packages, profiles.cwd)
  const found = packageFolder(word, named === undefined ? null : (words[0] ?? null), profiles.cwd)
  if (found === null) return null
  const command = [...found.command, ...words.slice(1)]
  const target = { kind: 'command', command, folder: found.folder } as const
  if (profile === null) return { ...unprofiled(`folder:${found.name}`, profiles), target }
  return { loaded: loadProfile(profile, profiles), undeclared: false, target }
}

function noFolder(packages: readonly string[], cwd: string): null {
  const folder = packages.find((one) => namedFolder(one, cwd) !== null)
  if (folder === undefined) return null
  throw new McpRunError(
    'usage',
    `${folder} is a folder, which is run as it is, and not with other packages`,
    {
      hint: `npm pack makes an archive of it, which -p takes with others`,
    },
  )
}

function npmRequest({ packages, words, call }: NpmRequest, cwd: string): PackageRequest {
  if (call === null) return packageRequest(packages, words, cwd)
  // Any command of them: the shell finds those that its line names.
  const { spec } = packageRequest(packages, [''], cwd)
  return { spec, bin: null, args: [] }
}

function profileTarget(
  loaded: LoadedProfile,
  options: RunArguments['options'],
  words: readonly string[],
  cwd: string,
): Target {
  const { profile, files } = loaded
  const image = profileImage(loaded, words)
  if (image !== null) return image
  if (options.packages.length > 0) {
    const request = npmRequest({ packages: options.packages, words, call: options.call, bun: false }, cwd)
    refuseOther(profile, request.spec, options.acceptNames)
    return { kind: 'package', ...request, ...(options.call !== null && { call: options.call }) }
  }
  const args = [...profile.args, ...words]
  if (profile.command !== null) return commandTarget([...profile.command, ...args], cwd)
  if (profile.package !== null) {
    const { name, version, bin } = profile.package
    return { kind: 'package', spec: parsePackageSpec(`${name}@${version}`), bin, args }
  }
  throw new McpRunError(
    'profile-invalid',
    `${files.at(-1) ?? profile.name}: the profile names no package, image or command`,
    {
      hint: `mcp-run --profile ${options.profile} -- COMMAND, or add \`package:\` or \`command:\` to the profile`,
    },
  )
}

/** A profile's command may be one that installs a package and runs it, as well. */
function commandTarget(command: readonly string[], cwd: string): Target {
  const runner = readRunner(command)
  if (runner === null) return { kind: 'command', command }
  if (runner.kind === 'command') return { kind: 'command', command: runner.words }
  if (runner.kind === 'python') return runner
  const { call, bun } = runner
  return { kind: 'package', ...npmRequest(runner, cwd), ...(call !== null && { call }), ...(bun && { bun }) }
}

/** What a profile declares is for its own package: another must be meant. What an archive holds shows when it is read. */
function refuseOther(
  { name, package: own }: Profile,
  { name: other, origin }: PackageSpec,
  accepted: readonly string[],
): void {
  if (own === null || origin !== undefined || own.name === other || accepted.includes(other)) return
  throw new McpRunError('usage', `the profile ${name} is for ${own.name}, and ${other} is another package`, {
    hint: `${own.name}, if that was meant; else --accept-name ${other}`,
  })
}

/** A bare name is run in the version that its profile was recorded with. */
function pinned(spec: PackageSpec, { profile }: LoadedProfile): PackageSpec {
  const declared = profile.package
  if (spec.version !== null || declared === null || declared.name !== spec.name) return spec
  return { ...spec, version: declared.version }
}

export const PACKAGE_FOLDER = '/package'

/** An installed package as the sandbox sees it. */
export function packageCommand({ directory, command }: InstalledPackage): {
  command: readonly string[]
  share: Share
} {
  const inside = command.map((word) =>
    isWithin(word, directory) ? PACKAGE_FOLDER + word.slice(directory.length) : word,
  )
  return { command: inside, share: { source: directory, target: PACKAGE_FOLDER, write: false } }
}

/** The folders that the profile and the user share, each once, writable winning. */
export function wantedShares(
  { profile }: LoadedProfile,
  { allowRead, allowWrite }: RunArguments['options'],
  context: ShareContext,
): readonly Share[] {
  const shares = [
    ...profile.files.read.map((path) => share(path, false, 'files.read', context)),
    ...allowRead.map((path) => share(path, false, '--allow-read', context)),
    ...profile.files.write.map((path) => share(path, true, 'files.write', context)),
    ...allowWrite.map((path) => share(path, true, '--allow-write', context)),
  ]
  return outerFirst(shares)
}

/** Each target once, as the last of them has it. What is mounted later lies over what was mounted before. */
export function outerFirst(shares: readonly Share[]): readonly Share[] {
  const byTarget = new Map(shares.map((one) => [one.target, one]))
  return [...byTarget.values()].sort((a, b) => a.target.length - b.target.length)
}

export interface OwnCommand {
  readonly shares: readonly Share[]
  readonly cwd: string | null
  /** Why the working folder is not shared; null where it is. */
  readonly refused: string | null
}

/**
 * A command of the user's own sees the working folder, read-only, unless that is no folder to share; and its
 * program, where the sandbox's root does not hold it.
 */
export function ownCommand(
  command: readonly string[],
  context: ShareContext,
  { name, owner }: Pick<SandboxBackend, 'name' | 'owner'>,
): OwnCommand {
  const program = locate(command[0] ?? '', context.cwd, name)
  if (program !== null && name === 'docker') refuseForeign(program)
  const cwd = { source: context.cwd, target: context.cwd, write: false }
  const refused = refusal(context.cwd, context) ?? unusableFolder(cwd, owner)
  const mayShare = refused === null
  const folder: Share[] = mayShare ? [cwd] : []
  const inFolder = program !== null && mayShare && isWithin(program, context.cwd)
  return {
    shares: [...folder, ...(program === null || inFolder ? [] : programShare(program))],
    cwd: mayShare ? context.cwd : null,
    refused,
  }
}

function unusableFolder(folder: Share, owner: SandboxBackend['owner']): string | null {
  const problem = unusable(folder, owner)
  return problem === null ? null : `it ${problem}`
}

/** A name alone means, in a container, a program of its image. */
function locate(program: string, cwd: string, sandbox: SandboxBackend['name']): string | null {
  if (isAbsolute(program)) return program
  if (program.includes('/')) return join(cwd, program)
  if (sandbox === 'docker') return null
  const folders = (process.env.PATH ?? '').split(delimiter).filter(isAbsolute)
  const found = folders
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file) && statSync(file).isFile())
  return found === undefined || isInRoot(found) ? null : found
}
