import { join } from 'node:path'
import type { ProfileOptions } from '../profiles/load.ts'
import type { OwnPaths } from './paths.ts'

/** Where the profiles are of whoever uses this store. */
export function profileOptions(
  { profiles, compiledProfiles }: Pick<OwnPaths, 'profiles' | 'compiledProfiles'>,
  store: string,
): ProfileOptions {
  return {
    userDir: join(store, 'profiles'),
    builtinDir: profiles,
    compiled: compiledProfiles,
    cwd: process.cwd(),
  }
}
