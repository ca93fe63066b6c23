import { homedir } from 'node:os'
import { isAbsolute, join, posix, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Where a package is that was named by its place, and not by a name of the registry. */
export interface Origin {
  /** An archive on disk, one to be fetched, a repository. */
  readonly kind: 'file' | 'url' | 'git'
  /** The archive's absolute path; the URL, without a fragment or credentials. */
  readonly address: string
  /** Of a repository: the branch, tag or commit that was asked for; null: its own default. */
  readonly ref: string | null
}

const ARCHIVE = /\.(tgz|tar\.gz|tar)$/i

/** Whether npm would take the word for an archive on disk. */
export function isArchivePath(text: string): boolean {
  if (/^file:/i.test(text)) return true
  return ARCHIVE.test(text) && !/^[a-z][a-z+]*:/i.test(text) && !/^[^./~][^/]*@/.test(text)
}

/** `./x.tgz`, `~/x.tgz`, `file:x.tgz`, `file:///x.tgz`. */
export function archiveAt(text: string, cwd: string): Origin {
  const path = text.replace(/^file:(\/\/(?=[/~.]))?/i, '')
  const address = path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : resolve(cwd, path)
  return { kind: 'file', address, ref: null }
}

/**
 * What a package of that place is known by before anything is known of it: by what the person wrote, not by what its
 * package.json calls itself. No name of the registry has a colon.
 */
export function originName({ kind, address }: Origin): string {
  if (kind === 'file') return `archive:${archiveName(posix.basename(address))}`
  const { host, pathname } = new URL(address)
  const parts = pathname.split('/').filter((part) => part !== '')
  const last = parts.at(-1) ?? ''
  const own = kind === 'git' ? last.replace(/\.git$/, '') : archiveName(last)
  return `${kind === 'git' ? 'git' : 'archive'}:${[host, ...foldersOf(kind, parts), own].join('/')}`
}

/**
 * Whose it is: two of one name, in folders of different owners, are not taken for one another, nor `a/b-c` for `a-b/c`
 * where a slash is written as a dash. Folders that are called like versions tell nobody apart.
 */
function foldersOf(kind: Origin['kind'], parts: readonly string[]): readonly string[] {
  const folders = parts.slice(0, -1)
  const telling = kind === 'git' ? folders : folders.filter((part) => !/^(-|v?\d+(\.\d+)+.*)$/.test(part))
  return telling.map((part) => part.replace(/[^\w.]+/g, '..'))
}

/** `thing-1.0.0.tgz` is `thing`: what is known of one version is known of the next. */
function archiveName(file: string): string {
  const bare = file.replace(ARCHIVE, '')
  return bare.replace(/[-_@]v?\d+\.\d+\.\d+.*$/, '') || bare
}

/** As a pin holds it: a URL, in which nothing is a blank or a control character. */
export function formatOrigin({ kind, address, ref }: Origin): string {
  if (kind === 'file' && isAbsolute(address)) return pathToFileURL(address).href
  return kind === 'git' ? `git+${address}${ref === null ? '' : `#${ref}`}` : shownAddress(address)
}

/** A query may hold a key: what is kept and said tells addresses apart without it. */
export function shownAddress(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url === null || url.search === '') return address
  const { createHash } = process.getBuiltinModule('node:crypto')
  url.search = `sha256=${createHash('sha256').update(url.search).digest('hex').slice(0, 16)}`
  return url.href
}

const PREFIX = /^(archive|git):/

/** What a pin is known by whose package is from there: no package of the registry, whatever it calls itself. */
export function placedName({ kind }: Origin, name: string): string {
  return `${kind === 'git' ? 'git' : 'archive'}:${name}`
}

/** What the package calls itself, which is its folder's name. */
export function bareName(name: string): string {
  return name.replace(PREFIX, '')
}
