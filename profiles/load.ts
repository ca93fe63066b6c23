/** Profiles, as the programs use them. */
export { declaringNothing, denyAllProfile } from './deny-all.ts'
export { findProfileByImage, findProfileByPackage } from './find-profile.ts'
export { profileNameForImage } from './image-profile-name.ts'
export { type ListedProfile, listProfiles } from './list-profiles.ts'
export { loadProfile } from './load-profile.ts'
export { profileNameFor } from './package-profile-name.ts'
export type { ProfileOptions } from './profile-folders.ts'
