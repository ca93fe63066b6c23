import { McpRunError } from '../runtime/model/errors.ts'
import { type ImageName, sameRepository, shortImageName } from '../runtime/model/image-name.ts'
import type { Profile } from '../runtime/model/profile.ts'
import { profileNameForImage } from './image-profile-name.ts'
import { loadBuiltin, loadProfile } from './load-profile.ts'
import { namesProgram, profileNameFor } from './package-profile-name.ts'
import { readProfileFile } from './profile-file.ts'
import { builtinFile, type ProfileOptions, profileNames, userFile } from './profile-folders.ts'

/**
 * The profile that describes a package: the user's own, else a built-in one, else the user's file that bears the
 * package's name and says nothing else. Throws `usage` when several of the user's own do, and `profile-invalid`.
 */
export function findProfileByPackage(packageName: string, options: ProfileOptions): string | null {
  const sought: Sought = {
    called: packageName,
    mention: packageName,
    isRunBy: (profile) => profile.package?.name === packageName,
    ownName: profileNameFor(packageName, options),
  }
  return findProfile(sought, options)
}

/** The same for an image, whatever tag or digest the profile or the caller gives it. */
export function findProfileByImage(image: ImageName, options: ProfileOptions): string | null {
  const short = shortImageName(image)
  const sought: Sought = {
    called: short,
    // The registry and `library/` may be left out or written.
    mention: short.slice(short.lastIndexOf('/') + 1),
    isRunBy: (profile) => profile.image !== null && sameRepository(profile.image.name, short),
    ownName: profileNameForImage(image, options),
  }
  return findProfile(sought, options)
}

interface Sought {
  /** For people. */
  readonly called: string
  /** In the text of every profile that may describe it: without it, a file need not be parsed. */
  readonly mention: string
  readonly isRunBy: (profile: Profile) => boolean
  /** What it is called without a profile. */
  readonly ownName: string
}

function findProfile(sought: Sought, options: ProfileOptions): string | null {
  const own = profileNames(options.userDir).filter((name) => isOwnProfileOf(sought, name, options))
  if (own.length > 1) {
    throw new McpRunError('usage', `several profiles describe ${sought.called}: ${own.join(', ')}`, {
      hint: `choose one: mcp-run --profile ${own[0]}`,
    })
  }
  const [found = null] = own
  return found ?? builtinOf(sought, options) ?? namedAfter(sought, options)
}

function isOwnProfileOf({ mention, isRunBy }: Sought, name: string, options: ProfileOptions): boolean {
  const file = userFile(name, options)
  const text = file === null ? null : readProfileFile(file)
  if (text === null || !text.includes(mention)) return false
  const { profile, files } = loadProfile(name, options)
  return files.length === 1 && isRunBy(profile)
}

/** Unless the user put a profile of something else in its place. */
function builtinOf({ mention, isRunBy }: Sought, options: ProfileOptions): string | null {
  const describes = (name: string): boolean => {
    const text = readProfileFile(builtinFile(name, options))
    if (text?.includes(mention) !== true) return false
    const builtin = loadBuiltin(name, options)
    return builtin !== null && isRunBy(builtin.profile) && isRunBy(loadProfile(name, options).profile)
  }
  return profileNames(options.builtinDir).find(describes) ?? null
}

/** What `egress allow` writes for a server that has no profile yet. */
function namedAfter({ ownName }: Sought, options: ProfileOptions): string | null {
  if (userFile(ownName, options) === null) return null
  const { profile, files } = loadProfile(ownName, options)
  return files.length === 1 && !namesProgram(profile) ? ownName : null
}
