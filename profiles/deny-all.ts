import type { LoadedProfile } from '../runtime/model/profile.ts'
import { profileDigest } from './digest.ts'
import { emptyProfile } from './merge.ts'
import { plainName } from './package-profile-name.ts'

/** For a server that no profile describes: it may reach nothing. */
export function denyAllProfile(name: string): LoadedProfile {
  const profile = emptyProfile(plainName(name))
  return { profile, files: [], recorded: null, digest: profileDigest(profile) }
}
