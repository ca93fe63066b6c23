import { McpRunError } from '../model/errors.ts'
import { escapeText } from '../model/text.ts'
import { formatOrigin, type Origin, originName } from './origin.ts'
import { readOrigin } from './origin-text.ts'

/** A package, as a person names it. */
export interface PackageSpec {
  /** `name` or `@scope/name`; of what is named by its place, what it is known by (see `originName`). */
  readonly name: string
  /** An exact version, a range or a tag, as npm takes it; null: any. */
  readonly version: string | null
  /** Its place. Absent: a registry. */
  readonly origin?: Origin
  /** What is installed into the same tree, because a person named it too. */
  readonly beside?: readonly PackageSpec[]
}

/** The registry's own limit on names. */
const MAX_NAME = 214
const MAX_VERSION = 256

/** Whatever npx takes for a package, a folder aside: a path is one of `cwd`. Throws `usage`, and says what helps. */
export function readPackageSpec(text: string, cwd: string): PackageSpec {
  const origin = readOrigin(text, cwd)
  return origin === null ? parsePackageSpec(text) : { name: originName(origin), version: null, origin }
}

/** `name`, `name@version`, `@scope/name@version`. Throws `usage` for anything else, and says what helps. */
export function parsePackageSpec(text: string): PackageSpec {
  if (isElsewhere(text)) throw elsewhere(text)
  const at = text.indexOf('@', 1)
  const name = at < 0 ? text : text.slice(0, at)
  const version = at < 0 ? '' : text.slice(at + 1)
  const flaw = flawOfName(name)
  if (flaw !== null) throw usage(`${quote(text)} is not a package name: ${flaw}`)
  if (version === '') return { name, version: null }
  // A colon or a slash makes it an address, a folder or an alias (`npm:other@1`) under the name's cover.
  if (/[:/\\]/.test(version)) throw elsewhere(text)
  if (version.length > MAX_VERSION || !/^[\w.*^~<>=| +-]+$/.test(version) || version.trim() !== version) {
    throw usage(`${quote(version)} is not a version, a range or a tag of ${name}`)
  }
  return { name, version }
}

/** As a pin holds it. */
export function formatPackageSpec({ name, version, origin, beside = [] }: PackageSpec): string {
  const own = origin === undefined ? (version === null ? name : `${name}@${version}`) : formatOrigin(origin)
  return [own, ...beside.map(formatPackageSpec)].join(BETWEEN)
}

/** What stands between several, which is in none of them. */
export const BETWEEN = ' & '

/** As a word of a shell's line. */
export function shellWord(spec: string): string {
  return /^[\w@./:+=%#^~-]+$/.test(spec) ? spec : `'${spec.replaceAll("'", "'\\''")}'`
}

/** All that is named. */
export function namedPackages({
  beside = [],
  ...own
}: PackageSpec): readonly [PackageSpec, ...PackageSpec[]] {
  return [own, ...beside]
}

export function isPackageName(text: string): boolean {
  return flawOfName(text) === null
}

/** The name without its scope. */
export function unscopedName(name: string): string {
  return name.slice(name.indexOf('/') + 1)
}

/** Whether npm would look for it somewhere else than in a registry: a folder, an archive, git, a URL. */
function isElsewhere(text: string): boolean {
  if (/^[./~\\]/.test(text) || /^[a-z][a-z+]*:/i.test(text)) return true
  if (/\.(tgz|tar\.gz|tar)$/i.test(text) || /^[^@]+@[^:]+:/.test(text)) return true
  return !text.startsWith('@') && text.replace(/@.*$/s, '').includes('/')
}

function flawOfName(name: string): string | null {
  if (name === '') return 'it is empty'
  if (name.length > MAX_NAME) return `it is longer than ${MAX_NAME} characters`
  const scoped = /^@([^/]*)\/([^/]*)$/.exec(name)
  const parts = scoped === null ? [name] : scoped.slice(1)
  for (const part of parts) {
    if (part === '') return 'a scoped name is written @scope/name'
    if (/^[._-]/.test(part)) return 'a name starts with a letter or a digit'
    if (!/^[A-Za-z0-9._-]+$/.test(part))
      return 'a name has letters, digits, dots, dashes and underscores only'
  }
  if (/^(node_modules|favicon\.ico)$/i.test(name)) return 'the registry reserves it'
  return null
}

function elsewhere(text: string): McpRunError {
  return usage(
    `${quote(text)} is not in the registry, and is neither an archive nor a repository`,
    'a folder that is built runs as it is: mcp-run --profile PROFILE -- npx ./FOLDER',
  )
}

function usage(message: string, hint = 'write NAME, NAME@VERSION or @SCOPE/NAME@VERSION'): McpRunError {
  return new McpRunError('usage', message, { hint })
}

function quote(text: string): string {
  return `'${escapeText(text, 128)}'`
}
