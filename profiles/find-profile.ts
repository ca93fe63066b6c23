import { McpRunError } from '../runtime/model/errors.ts'
import { loadBuiltin, loadProfile } from './load-profile.ts'
import { namesProgram, profileNameFor } from './package-profile-name.ts'
import { readProfileFile } from './profile-file.ts'
import { builtinFile, type ProfileOptions, profileNames, userFile } from './profile-folders.ts'

/**
 * The profile that describes a package: the user's own, else a built-in one, else the user's file that bears the
 * package's name and says nothing else. Throws `usage` when several of the user's own do, and `profile-invalid`.
 */
export function findProfileByPackage(packageName: string, options: ProfileOptions): string | null {
  const own = profileNames(options.userDir).filter((name) => isOwnProfileOf(packageName, name, options))
  if (own.length > 1) {
    throw new McpRunError('usage', `several profiles describe ${packageName}: ${own.join(', ')}`, {
      hint: `choose one: mcp-run --profile ${own[0]}`,
    })
  }
  const [found = null] = own
  return found ?? builtinOf(packageName, options) ?? namedAfter(packageName, options)
}

/** Mentions first: a file that never writes the package's name need not be parsed. */
function isOwnProfileOf(packageName: string, name: string, options: ProfileOptions): boolean {
  const file = userFile(name, options)
  const text = file === null ? null : readProfileFile(file)
  if (text === null || !text.includes(packageName)) return false
  const { profile, files } = loadProfile(name, options)
  return files.length === 1 && profile.package?.name === packageName
}

/** Unless the user put a profile of another package in its place. */
function builtinOf(packageName: string, options: ProfileOptions): string | null {
  const describes = (name: string): boolean => {
    const text = readProfileFile(builtinFile(name, options))
    if (text?.includes(packageName) !== true) return false
    if (loadBuiltin(name, options)?.profile.package?.name !== packageName) return false
    return loadProfile(name, options).profile.package?.name === packageName
  }
  return profileNames(options.builtinDir).find(describes) ?? null
}

/** What `egress allow` writes for a server that has no profile yet. */
function namedAfter(packageName: string, options: ProfileOptions): string | null {
  const name = profileNameFor(packageName, options)
  if (userFile(name, options) === null) return null
  const { profile, files } = loadProfile(name, options)
  return files.length === 1 && !namesProgram(profile) ? name : null
}
