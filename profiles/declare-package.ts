import { join } from 'node:path'
import type { Node, Pair } from 'yaml'
import { McpRunError } from '../runtime/model/errors.ts'
import type { LoadedProfile, ProfilePackage } from '../runtime/model/profile.ts'
import { escapeText } from '../runtime/model/text.ts'
import { writeFileAtomically } from './atomic-write.ts'
import { lineDiff } from './line-diff.ts'
import { loadBuiltin, loadProfile } from './load-profile.ts'
import { parseProfile } from './parse-profile.ts'
import { readProfileFile } from './profile-file.ts'
import { type ProfileOptions, userFile } from './profile-folders.ts'
import { yamlLibrary } from './yaml-library.ts'
import { readYamlText } from './yaml-text.ts'

export interface DeclaredVersion extends ProfileOptions {
  /** As it is before; it names a package. */
  readonly loaded: LoadedProfile
  /** Exact. */
  readonly version: string
}

/**
 * Has a profile name another version of its package: in the user's own file, or in a new layer over the built-in one;
 * all else stays. Throws `usage` where that file cannot be edited safely.
 */
export function declarePackage(given: DeclaredVersion): { readonly file: string; readonly diff: string } {
  const { loaded, version, userDir } = given
  const { name, package: declared } = loaded.profile
  if (declared === null) throw new McpRunError('usage', `the profile ${name} names no package`)
  const wanted = { ...declared, version }
  const file = userFile(name, given) ?? join(userDir, `${name}.yaml`)
  const before = readProfileFile(file)
  const after =
    before === null && loadBuiltin(name, given) !== null
      ? `# The version that was accepted.\nextends: ${name}\n${packageBlock(wanted)}`
      : editedText(before ?? '', wanted)
  if (after === null || !saysOnly(file, before, after, wanted)) {
    throw new McpRunError('usage', `${escapeText(file)} is laid out in a way that cannot be edited safely`, {
      hint: `write there by hand: package: "${wanted.name}@${version}"`,
    })
  }
  writeFileAtomically(file, after)
  // What is found by this name must be what was meant.
  loadProfile(name, given)
  return { file, diff: lineDiff(escapeText(file), before ?? '', after) }
}

function packageBlock({ name, version, bin, publishers }: ProfilePackage): string {
  if (bin === null && publishers.length === 0) return `package: ${JSON.stringify(`${name}@${version}`)}\n`
  const lines = [
    `npm: ${JSON.stringify(name)}`,
    `version: ${JSON.stringify(version)}`,
    ...(bin === null ? [] : [`bin: ${JSON.stringify(bin)}`]),
    ...(publishers.length === 0 ? [] : [`publishers: ${JSON.stringify(publishers)}`]),
  ]
  return `package:\n${lines.map((line) => `  ${line}\n`).join('')}`
}

/** Every other byte as it was; null where its layout leaves no safe place. */
function editedText(text: string, wanted: ProfilePackage): string | null {
  const { isMap, isScalar } = yamlLibrary()
  const root = readYamlText(text).document.contents
  if (!isMap<Node, Node | null>(root)) return null
  const value = memberOf(root.items, 'package')
  if (value === undefined) {
    const gap = text.endsWith('\n') ? '' : '\n'
    return root.flow === true ? null : `${text}${gap}${packageBlock(wanted)}`
  }
  const scalar = isMap<Node, Node | null>(value) ? memberOf(value.items, 'version') : value
  if (!isScalar(scalar) || !scalar.range) return null
  const said = isMap(value) ? wanted.version : `${wanted.name}@${wanted.version}`
  return text.slice(0, scalar.range[0]) + JSON.stringify(said) + text.slice(scalar.range[1])
}

function memberOf(items: readonly Pair<Node, Node | null>[], name: string): Node | null | undefined {
  const { isScalar } = yamlLibrary()
  return items.find(({ key }) => isScalar(key) && key.value === name)?.value
}

/** The text counts only if it says exactly what it said before, but for the version. */
function saysOnly(file: string, before: string | null, after: string, wanted: ProfilePackage): boolean {
  try {
    const is = parseProfile(after, file).source
    if (is.package === null || meaning(is.package) !== meaning(wanted)) return false
    if (before === null) return true
    const was = parseProfile(before, file).source
    return JSON.stringify({ ...was, package: null }) === JSON.stringify({ ...is, package: null })
  } catch (error) {
    if (error instanceof McpRunError) return false
    throw error
  }
}

function meaning({ name, version, bin, publishers }: ProfilePackage): string {
  return JSON.stringify([name, version, bin, publishers])
}
