import { McpRunError } from '../runtime/model/errors.ts'
import type { LoadedProfile } from '../runtime/model/profile.ts'
import { loadProfile } from './load-profile.ts'
import { builtinFile, type ProfileOptions, profileNames, userFile } from './profile-folders.ts'

export interface ListedProfile {
  readonly name: string
  /** Null when it can't be used. */
  readonly loaded: LoadedProfile | null
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
  const base = { name, loaded: null, file: builtinFile(name, options), problem: null }
  const own = attempt(() => userFile(name, options))
  if (own.problem !== null) return { ...base, origin: 'user', file: options.userDir, problem: own.problem }
  const place = { ...base, file: own.value ?? base.file }
  const loaded = attempt(() => loadProfile(name, options))
  if (loaded.problem !== null) {
    return { ...place, origin: own.value === null ? 'built-in' : 'user', problem: loaded.problem }
  }
  const origin = own.value === null ? 'built-in' : loaded.value.files.length > 1 ? 'layer' : 'user'
  return { ...place, loaded: loaded.value, origin }
}

type Attempt<T> = { readonly value: T; readonly problem: null } | { readonly problem: string }

function attempt<T>(act: () => T): Attempt<T> {
  try {
    return { value: act(), problem: null }
  } catch (error) {
    if (error instanceof McpRunError) return { problem: error.message }
    throw error
  }
}
