import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { LoadedProfile, Profile, RecordedRun } from '../runtime/model/profile.ts'

/** The built-in profiles as the build left them, so that starting one needs no YAML parser. */
export interface CompiledProfiles {
  readonly [name: string]: {
    /** Of the YAML text: a file that was edited since is parsed again. */
    readonly sha256: string
    readonly profile: Profile
    readonly digest: string
    readonly recorded: RecordedRun | null
  }
}

export function textDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Null where there is none, or where it was made from another text. */
export function compiledProfile(
  compiled: string | undefined,
  name: string,
  { text, file }: { text: string; file: string },
): LoadedProfile | null {
  const found = compiled === undefined ? undefined : readCompiled(compiled)[name]
  if (!found || found.sha256 !== textDigest(text)) return null
  const { profile, digest, recorded } = found
  return { profile, digest, recorded, files: [file] }
}

const read = new Map<string, CompiledProfiles>()

function readCompiled(file: string): CompiledProfiles {
  const known = read.get(file)
  if (known !== undefined) return known
  const profiles = parseCompiled(file)
  read.set(file, profiles)
  return profiles
}

/** A file that is missing or broken costs time, nothing else. */
function parseCompiled(file: string): CompiledProfiles {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) ?? {}
  } catch {
    return {}
  }
}
