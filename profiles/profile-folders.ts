import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { McpRunError } from '../runtime/model/errors.ts'
import { escapeText } from '../runtime/model/text.ts'
import { PROFILE_NAME } from './patterns.ts'

export interface ProfileOptions {
  /** The user's own profiles and layers. Need not exist. */
  readonly userDir: string
  /** The ones that come with mcp-run. */
  readonly builtinDir: string
  /** What a file's relative path begins from. */
  readonly cwd: string
  /** The file that the build made of the built-in ones (scripts/compile-profiles.mjs). */
  readonly compiled?: string
}

/** The user's file of that name; null where there is none. Two spellings of its ending would hide one another. */
export function userFile(name: string, { userDir }: Pick<ProfileOptions, 'userDir'>): string | null {
  const [file, other] = ['.yaml', '.yml']
    .map((ending) => join(userDir, name + ending))
    .filter((path) => existsSync(path))
  if (other !== undefined) {
    const message = `${escapeText(file ?? '')} and ${escapeText(other)} are both profiles named ${name}`
    throw new McpRunError('profile-invalid', message, { hint: 'keep one of the two' })
  }
  return file ?? null
}

export function builtinFile(name: string, { builtinDir }: Pick<ProfileOptions, 'builtinDir'>): string {
  return join(builtinDir, `${name}.yaml`)
}

/** Names of the profiles in a folder, sorted; none where there is no folder. */
export function profileNames(folder: string): readonly string[] {
  const files = existsSync(folder) ? readdirSync(folder) : []
  const names = files.map((file) => /^(.+)\.ya?ml$/.exec(file)?.[1]).filter((name) => name !== undefined)
  return [...new Set(names)].filter((name) => PROFILE_NAME.test(name)).sort()
}
