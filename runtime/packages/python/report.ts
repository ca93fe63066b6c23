import { createHash } from 'node:crypto'
import type { Tree, TreePackage } from '../tree.ts'
import { normalName, PYTHON_PREFIX } from './requirement.ts'

/** What a Python installation consists of, by pip's own report. */
export interface PythonTree extends Tree {
  readonly distributions: readonly Distribution[]
}

export interface Distribution {
  /** PEP 503's form. */
  readonly name: string
  readonly version: string
  /** Of the archive that the index sent: 64 hex digits. */
  readonly sha256: string
  /** `name-1.0-py3-none-any.whl`, or a source's archive. */
  readonly file: string
}

export type ReportResult =
  | { readonly ok: true; readonly tree: PythonTree }
  | { readonly ok: false; readonly flaw: string }

const MAX_DISTRIBUTIONS = 5000

/** Reads what `pip install --report` wrote (version 1). */
export function readReport(text: string): ReportResult {
  const items = itemsOf(text)
  if (items === null) return { ok: false, flaw: 'pip left no report that can be read' }
  if (items.length > MAX_DISTRIBUTIONS) return { ok: false, flaw: 'it consists of too many packages' }
  const distributions = items.map(distribution)
  if (distributions.includes(null))
    return { ok: false, flaw: 'nothing vouches for the content of one of its packages' }
  const sound = distributions.filter((one) => one !== null).sort((a, b) => (a.name < b.name ? -1 : 1))
  return { ok: true, tree: treeOf(sound) }
}

export function treeOf(distributions: readonly Distribution[]): PythonTree {
  const packages: TreePackage[] = distributions.map(({ version, sha256, file }) => ({
    path: 'venv',
    // By its file: a version has one for each platform.
    name: `${PYTHON_PREFIX}${file}`,
    version,
    integrity: `sha256-${Buffer.from(sha256, 'hex').toString('base64')}`,
  }))
  const text = packages.map((one) => `${one.path} ${one.name}@${one.version} ${one.integrity}\n`).join('')
  return { distributions, packages, text, digest: createHash('sha256').update(text).digest('hex') }
}

/** For pip, to install the very same again. */
export function requirementsText(distributions: readonly Distribution[]): string {
  return distributions
    .map(({ name, version, sha256 }) => `${name}==${version} --hash=sha256:${sha256}\n`)
    .join('')
}

function itemsOf(text: string): readonly Item[] | null {
  try {
    const { install } = JSON.parse(text)
    return Array.isArray(install) ? install.map((item) => item ?? {}) : null
  } catch {
    return null
  }
}

/** What is used of an entry; nothing of it is believed. */
interface Item {
  readonly metadata?: { readonly name?: unknown; readonly version?: unknown }
  readonly download_info?: {
    readonly url?: unknown
    readonly archive_info?: { readonly hash?: unknown; readonly hashes?: { readonly sha256?: unknown } }
  }
}

function distribution({ metadata, download_info: from }: Item): Distribution | null {
  const { hashes, hash } = from?.archive_info ?? {}
  const sha256 = hashes?.sha256 ?? (typeof hash === 'string' ? hash.replace(/^sha256=/, '') : null)
  const { name, version } = metadata ?? {}
  const file = typeof from?.url === 'string' ? fileOf(from.url) : null
  const sound =
    typeof name === 'string' &&
    /^[A-Za-z0-9._-]{1,200}$/.test(name) &&
    typeof version === 'string' &&
    /^[\w.+!-]{1,100}$/.test(version) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)
  return sound && file !== null ? { name: normalName(name), version, sha256, file } : null
}

function fileOf(url: string): string | null {
  try {
    const name = decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '')
    return /^[\w.+!-]{1,250}$/.test(name) ? name : null
  } catch {
    return null
  }
}
