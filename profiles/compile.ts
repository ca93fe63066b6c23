import type { CompiledProfiles } from './compiled.ts'
import { textDigest } from './compiled.ts'
import { loadBuiltin } from './load-profile.ts'
import { readProfileFile } from './profile-file.ts'
import { builtinFile, profileNames } from './profile-folders.ts'

/** The built-in profiles, parsed once, as JSON text for the build. Throws what a bad one of them throws. */
export function compileProfiles(builtinDir: string): string {
  const options = { builtinDir, userDir: builtinDir, cwd: builtinDir }
  const entries = profileNames(builtinDir).map((name) => {
    const loaded = loadBuiltin(name, options)
    const text = readProfileFile(builtinFile(name, options))
    if (loaded === null || text === null) throw new Error(`${name} is not a .yaml file`)
    const { profile, digest, recorded } = loaded
    return [name, { sha256: textDigest(text), profile, digest, recorded }] as const
  })
  const compiled: CompiledProfiles = Object.fromEntries(entries)
  return JSON.stringify(compiled)
}
