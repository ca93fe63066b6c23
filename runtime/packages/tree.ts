import { createHash } from 'node:crypto'

/** What an installation consists of. */
export interface Tree {
  readonly packages: readonly TreePackage[]
  /** One line a package, sorted: where it is, name and version, integrity. */
  readonly text: string
  /** SHA-256 of `text`, 64 hex digits. */
  readonly digest: string
}

export interface TreePackage {
  /** `node_modules/…`, nested where versions differ. */
  readonly path: string
  readonly name: string
  readonly version: string
  /** Subresource integrity of its tarball; null inside another package's tarball. */
  readonly integrity: string | null
  /** It was named by its place, and is of no registry, whatever it calls itself. */
  readonly placed?: true
}

/** What was found where a package was named by its place. */
export interface Placed {
  readonly source: string
  /** What it was built to; else the same. */
  readonly installed: string
}

export type TreeResult =
  | { readonly ok: true; readonly tree: Tree }
  | { readonly ok: false; readonly flaw: string }

const MAX_PACKAGES = 50_000
const PATH = /^node_modules\/(@[\w.~-]+\/)?[\w.~-]+(\/node_modules\/(@[\w.~-]+\/)?[\w.~-]+)*$/
const INTEGRITY = /^sha(1|256|384|512)-[A-Za-z0-9+/]+={0,2}( sha(1|256|384|512)-[A-Za-z0-9+/]+={0,2})*$/

/**
 * Reads npm's lock of what it has installed (`node_modules/.package-lock.json`, lockfileVersion 2 or 3).
 * Only that list is taken: it names the optional packages of this platform alone, unlike package-lock.json.
 * `placed`: where those are that were named by their place; null: with whatever content.
 */
export function readTree(lock: string, placed: ReadonlyMap<string, Placed | null> = new Map()): TreeResult {
  const entries = entriesOf(lock)
  if (entries === null) return flaw('it is not a lock file of version 2 or 3')
  if (entries.length > MAX_PACKAGES) return flaw(`it lists more than ${MAX_PACKAGES} packages`)
  const packages: TreePackage[] = []
  for (const [path, value] of entries) {
    const entry = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
    if (!PATH.test(path) || path.split('/').some((part) => /^\.+$/.test(part)))
      return flaw('a package lies outside')
    const name =
      typeof entry.name === 'string' ? entry.name : path.slice(path.lastIndexOf('node_modules/') + 13)
    const { version } = entry
    // What lies in another's tarball may have an integrity in that one's own npm-shrinkwrap.json, which nobody has checked.
    const { integrity = null } = entry.inBundle === true ? {} : entry
    if (typeof version !== 'string' || !/^[\w.+-]{1,256}$/.test(version))
      return flaw(`${name} has no version`)
    if (integrity === null ? entry.inBundle !== true : !isIntegrity(integrity)) {
      return flaw(`nothing vouches for the content of ${name}@${version}: the registry gave no integrity`)
    }
    const place = placed.get(path)
    if (place === undefined && typeof entry.resolved === 'string' && !/^https?:/.test(entry.resolved))
      return flaw(`${name}@${version} is not from the registry`)
    const item = { path, name, version, integrity: integrity as string | null }
    if (place && integrity !== place.installed)
      return flaw(`npm installed other content than that of ${name}`)
    const source = place?.source ?? item.integrity
    packages.push(place === undefined ? item : { ...item, integrity: source, placed: true })
  }
  packages.sort((a, b) => (a.path < b.path ? -1 : 1))
  const text = packages
    .map((item) => `${item.path} ${item.name}@${item.version} ${contentText(item)}\n`)
    .join('')
  return { ok: true, tree: { packages, text, digest: createHash('sha256').update(text).digest('hex') } }
}

function contentText({ integrity, placed }: TreePackage): string {
  return `${placed === true ? 'placed ' : ''}${integrity ?? 'bundled'}`
}

/** Of a tree.txt of the store, which was checked when it was written. */
export function readTreeText(text: string): readonly TreePackage[] {
  return text.split('\n').flatMap((line) => {
    const [, path, name, version, place, integrity] =
      /^(node_modules\/\S+) (\S+)@([^\s@]+) (placed )?(.+)$/.exec(line) ?? []
    if (path === undefined || name === undefined || version === undefined) return []
    const content = integrity === 'bundled' ? null : (integrity ?? null)
    const item = { path, name, version, integrity: content }
    return [place === undefined ? item : { ...item, placed: true as const }]
  })
}

/** With the packages whose scripts have been run over it: they may have changed anything. */
export function withScripts(tree: Tree, ran: readonly string[]): Tree {
  if (ran.length === 0) return tree
  const text = `${tree.text}${[...ran]
    .sort()
    .map((id) => `scripts ${id}\n`)
    .join('')}`
  return { ...tree, text, digest: createHash('sha256').update(text).digest('hex') }
}

function entriesOf(lock: string): [string, unknown][] | null {
  try {
    const { lockfileVersion, packages } = JSON.parse(lock)
    if ((lockfileVersion !== 2 && lockfileVersion !== 3) || typeof packages !== 'object' || packages === null)
      return null
    return Object.entries(packages).filter(([path]) => path !== '')
  } catch {
    return null
  }
}

function isIntegrity(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 1024 && INTEGRITY.test(value)
}

function flaw(text: string): TreeResult {
  return { ok: false, flaw: text }
}
