import { join } from 'node:path'
import { McpRunError } from '../runtime/model/errors.ts'
import { loadProfile } from './load-profile.ts'
import { type ProfileOptions, profileNames, userFile } from './profile-folders.ts'

export interface ListedProfile {
  readonly name: string
  readonly title: string | null
  readonly package: string | null
  /** `layer`: the user's additions to a built-in profile. */
  readonly origin: 'built-in' | 'layer' | 'user'
  /** The user's file where there is one. */
  readonly file: string
  /** Why it can't be used; null when it can. */
  readonly problem: string | null
}

export function listProfiles(options: ProfileOptions): readonly ListedProfile[] {
  const names = new Set([...profileNames(options.builtinDir), ...profileNames(options.userDir)])
  return [...names].sort().map((name) => listed(name, options))
}

function listed(name: string, options: ProfileOptions): ListedProfile {
  const builtin = join(options.builtinDir, `${name}.yaml`)
  try {
    const own = userFile(name, options)
    const { profile, files } = loadProfile(name, options)
    return {
      ...{ name, title: profile.title, package: profile.package?.name ?? null },
      ...{
        origin: own === null ? 'built-in' : files.length > 1 ? 'layer' : 'user',
        file: own ?? builtin,
        problem: null,
      },
    }
  } catch (error) {
    if (!(error instanceof McpRunError)) throw error
    return {
      name,
      title: null,
      package: null,
      origin: 'user',
      file: join(options.userDir, name),
      problem: error.message,
    }
  }
}
