import type { Profile } from '../runtime/model/profile.ts'
import { loadProfile } from './load-profile.ts'
import { type ProfileOptions, profileNames, userFile } from './profile-folders.ts'

/**
 * The name that a package without a profile goes by in its history, its HOME and the file that `egress allow`
 * writes for it: `@scope/name` is `scope-name`. Never the name of a profile that describes something else:
 * npm's `memory` is not the built-in memory server, and must not find its files; nor may npm's `archive-thing`, or
 * `@archive/thing`, find those of an archive.
 */
export function profileNameFor(packageName: string, options: ProfileOptions): string {
  const name = registryName(packageName)
  return isTaken(name, options) ? `${name}-package` : name
}

/** Names of the registry have no colon; what is known by its place, and Python's packages, has one. */
function registryName(packageName: string): string {
  const name = plainName(packageName)
  return !packageName.includes(':') && OF_NO_REGISTRY.test(name) ? plainName(`npm-${name}`) : name
}

/** What has its place in its name, a repository's with a host: `git-mcp-server` is a package of npm's. */
const OF_NO_REGISTRY = /^(?:archive|folder|pypi)-|^git-.*\./

/** Anything, as a profile's name. */
export function plainName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '-')
    .replace(/^[^a-z0-9]+/, '')
  return name.replace(/\.ya?ml$/, '-yaml').slice(0, 100) || 'server'
}

/** By a profile that says what it runs: its history and its HOME are for that. */
export function isTaken(name: string, options: ProfileOptions): boolean {
  if (profileNames(options.builtinDir).includes(name)) return true
  if (userFile(name, options) === null) return false
  return namesProgram(loadProfile(name, options).profile)
}

/** Whether it says by itself what is to be run. */
export function namesProgram(profile: Pick<Profile, 'package' | 'image' | 'command'>): boolean {
  return profile.package !== null || profile.image !== null || profile.command !== null
}
