import type { LoadedProfile } from '../runtime/model/profile.ts'
import { profileDigest } from './digest.ts'
import { emptyProfile } from './merge.ts'
import { plainName } from './package-profile-name.ts'

/** The same profile without a way out: what the user's own words for this start leave of it. */
export function declaringNothing({ profile, ...origin }: LoadedProfile): LoadedProfile {
  const cut = { ...profile, egress: [], callbackPorts: [], mode: 'enforce' } as const
  return { ...origin, profile: cut, digest: profileDigest(cut) }
}

/** For a server that no profile describes: it may reach nothing. */
export function denyAllProfile(name: string): LoadedProfile {
  const profile = emptyProfile(plainName(name))
  return { profile, files: [], recorded: null, digest: profileDigest(profile) }
}
