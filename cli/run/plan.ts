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
import { packageRequest } from '../../runtime/packages/package-request.ts'
import { type PackageSpec, parsePackageSpec } from '../../runtime/packages/package-spec.ts'
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
import { type ImageTarget, imageTarget, profileImage } from './image-target.ts'

/** What is to be run: an image, a command of the user's own, or a package that may first have to be installed. */
export type Target =
  | ImageTarget
  | { readonly kind: 'command'; readonly command: readonly string[] }
  | {
      readonly kind: 'package'
      readonly spec: PackageSpec
      readonly bin: string | null
      readonly args: readonly string[]
    }

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
  if (options.profile === null && !own) {
    const { spec, bin, args: rest } = packageRequest(options.packages, words)
    const name = findProfileByPackage(spec.name, profiles)
    const loaded =
      name === null ? denyAllProfile(profileNameFor(spec.name, profiles)) : loadProfile(name, profiles)
    const target = {
      kind: 'package',
      spec: pinned(spec, loaded),
      bin,
      args: [...loaded.profile.args, ...rest],
    } as const
    return { loaded, undeclared: name === null, target }
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
    target: own ? { kind: 'command', command: words } : profileTarget(loaded, options, words),
  }
}

function profileTarget(
  loaded: LoadedProfile,
  options: RunArguments['options'],
  words: readonly string[],
): Target {
  const { profile, files } = loaded
  const image = profileImage(loaded, words)
  if (image !== null) return image
  if (options.packages.length > 0) {
    const request = packageRequest(options.packages, words)
    refuseOther(profile, request.spec, options.acceptNames)
    return { kind: 'package', ...request }
  }
  const args = [...profile.args, ...words]
  if (profile.command !== null) return { kind: 'command', command: [...profile.command, ...args] }
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

/** What a profile declares is for its own package: another must be meant. */
function refuseOther({ name, package: own }: Profile, spec: PackageSpec, accepted: readonly string[]): void {
  if (own === null || own.name === spec.name || accepted.includes(spec.name)) return
  throw new McpRunError(
    'usage',
    `the profile ${name} is for ${own.name}, and ${spec.name} is another package`,
    {
      hint: `${own.name}, if that was meant; else --accept-name ${spec.name}`,
    },
  )
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
  owner: SandboxBackend['owner'],
): OwnCommand {
  const program = locate(command[0] ?? '', context.cwd)
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

function locate(program: string, cwd: string): string | null {
  if (isAbsolute(program)) return program
  if (program.includes('/')) return join(cwd, program)
  const folders = (process.env.PATH ?? '').split(delimiter).filter(isAbsolute)
  const found = folders
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file) && statSync(file).isFile())
  return found === undefined || isInRoot(found) ? null : found
}
