import { homedir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { McpRunError } from '../runtime/model/errors.ts'
import type { LoadedProfile, Profile } from '../runtime/model/profile.ts'
import { escapeText } from '../runtime/model/text.ts'
import { compiledProfile } from './compiled.ts'
import { profileDigest } from './digest.ts'
import { emptyProfile, mergeProfile } from './merge.ts'
import { nearWord } from './near-word.ts'
import { type ParsedProfile, parseProfile } from './parse-profile.ts'
import { PROFILE_NAME } from './patterns.ts'
import { type Problem, profileInvalid } from './problem.ts'
import { readProfileFile } from './profile-file.ts'
import { builtinFile, type ProfileOptions, profileNames, userFile } from './profile-folders.ts'
import { sinkProblem } from './sink-entry.ts'

/**
 * A file where the reference has a `/` or ends in .yaml or .yml; else the user's profile of that name, or the
 * built-in one. Throws `profile-not-found` and `profile-invalid`.
 */
export function loadProfile(reference: string, options: ProfileOptions): LoadedProfile {
  if (/\/|\.ya?ml$/.test(reference)) return loadFile(reference, options)
  const file = PROFILE_NAME.test(reference) ? userFile(reference, options) : null
  const text = file === null ? null : readProfileFile(file)
  const loaded =
    text === null ? loadBuiltin(reference, options) : loadText(text, file ?? '', options, reference)
  if (loaded === null) throw notFound(reference, options)
  return loaded
}

/** One of those that come with mcp-run, without the user's layer; null where there is none of that name. */
export function loadBuiltin(name: string, options: ProfileOptions): LoadedProfile | null {
  const file = builtinFile(name, options)
  const text = PROFILE_NAME.test(name) ? readProfileFile(file) : null
  if (text === null) return null
  return (
    compiledProfile(options.compiled, name, { text, file }) ??
    complete(parseProfile(text, file), { file, name })
  )
}

function loadFile(reference: string, options: ProfileOptions): LoadedProfile {
  const file = resolve(
    options.cwd,
    reference.startsWith('~/') ? join(homedir(), reference.slice(2)) : reference,
  )
  const text = readProfileFile(file)
  if (text !== null) return loadText(text, file, options, null)
  const hint = reference.startsWith('@')
    ? `a package is run without --profile: mcp-run -y ${escapeText(reference)}`
    : 'paths begin from the working folder'
  throw new McpRunError('profile-not-found', `there is no file ${escapeText(file)}`, { hint })
}

/** `name` is what the file was looked up by; null where it was given by its path. */
function loadText(text: string, file: string, options: ProfileOptions, name: string | null): LoadedProfile {
  const parsed = parseProfile(text, file)
  const { source } = parsed
  if (source.extends === null) return complete(parsed, { file, name })
  const base = loadBuiltin(source.extends, options)
  if (base === null) {
    const near = nearWord(source.extends, profileNames(options.builtinDir))
    const hint =
      near === null
        ? `built in are ${profileNames(options.builtinDir).join(', ')}`
        : `did you mean \`${near}\`?`
    throw fail(parsed, file, {
      path: ['extends'],
      message: 'there is no built-in profile of that name',
      hint,
    })
  }
  const named = { ...base.profile, name: ownName(parsed, { file, name }) }
  // A recorded run is one of a program: of another one it says nothing.
  const same = source.package === null && source.image === null && source.command === null
  const recorded = source.recorded ?? (same ? base.recorded : null)
  return loaded(checked(mergeProfile(named, source), parsed, file), {
    files: [...base.files, file],
    recorded,
  })
}

function complete(parsed: ParsedProfile, place: { file: string; name: string | null }): LoadedProfile {
  const profile = mergeProfile(emptyProfile(ownName(parsed, place)), parsed.source)
  return loaded(checked(profile, parsed, place.file), {
    files: [place.file],
    recorded: parsed.source.recorded,
  })
}

/** What only shows when a layer lies over its base. */
function checked(profile: Profile, parsed: ParsedProfile, file: string): Profile {
  const inherited = profile.sinks.length - parsed.source.sinks.length
  const problems = profile.sinks.flatMap((sink, index) => {
    return sinkProblem(sink, profile.egress, index - inherited) ?? []
  })
  if (problems.length > 0) throw profileInvalid(file, problems, parsed.locate)
  return profile
}

function ownName(
  { source, locate }: ParsedProfile,
  { file, name }: { file: string; name: string | null },
): string {
  if (name !== null && source.name !== null && source.name !== name) {
    const message = `the file is found as \`${name}\`, so that is its name`
    throw fail({ locate }, file, { path: ['name'], message, hint: `\`name: ${name}\`, or rename the file` })
  }
  const own = source.name ?? name ?? stem(file)
  if (own !== null) return own
  throw fail({ locate }, file, {
    path: [],
    message: 'the profile has no name',
    hint: 'add `name: my-server`',
  })
}

/** The file's name without its ending, where that could be a profile's name. */
function stem(file: string): string | null {
  const name = basename(file).replace(/\.ya?ml$/, '')
  return PROFILE_NAME.test(name) ? name : null
}

function fail({ locate }: Pick<ParsedProfile, 'locate'>, file: string, problem: Problem): McpRunError {
  return profileInvalid(file, [problem], locate)
}

function loaded(profile: Profile, origin: Pick<LoadedProfile, 'files' | 'recorded'>): LoadedProfile {
  return { profile, ...origin, digest: profileDigest(profile) }
}

function notFound(reference: string, options: ProfileOptions): McpRunError {
  const names = [...profileNames(options.builtinDir), ...profileNames(options.userDir)]
  const near = nearWord(reference, names)
  const hint =
    near === null
      ? `there are ${[...new Set(names)].sort().join(', ')}; a file: ./my-server.yaml`
      : `did you mean ${near}?`
  return new McpRunError('profile-not-found', `there is no profile ${escapeText(reference, 100)}`, { hint })
}
