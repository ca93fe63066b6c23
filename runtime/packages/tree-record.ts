import { lstatSync, readFileSync, rmSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { bareName } from './origin.ts'
import type { Pin } from './pin.ts'
import { replaceFile } from './pin-index.ts'
import { isPython } from './python/requirement.ts'
import { readContent, type TreeContent, type TreeEntry } from './tree-content.ts'

/** How a tree of the store stands to what was installed. */
export type TreeState =
  | { readonly state: 'whole' }
  /** Installed by an mcp-run that kept no record of its files. */
  | { readonly state: 'unrecorded' }
  /** `changed`: some of the paths that differ; none where it is not known which. */
  | { readonly state: 'damaged'; readonly changed: readonly string[] }

const MAX_NAMED = 5
/** So many files are looked at before a launch: two milliseconds of them. */
const MAX_OWN = 256
/** So many files are looked at before others get their turn: about half a millisecond. */
const SLICE = 64

/** Of all of a tree, or of the package's own files in it, to be looked at before it is launched. */
type Part = 'all' | 'own'

/** One line each: kind, bytes, ctime, SHA-256, path. It lies beside the tree, out of the server's sight. */
function recordFile(packages: string, tree: string, part: Part): string {
  return join(packages, 'files', part === 'all' ? `${tree}.txt` : `${tree}.own.txt`)
}

export function writeRecord(
  packages: string,
  { tree, name }: Pick<Pin, 'tree' | 'name'>,
  { entries }: TreeContent,
): void {
  const own = isPython(name) ? 'venv/' : `node_modules/${bareName(name)}/`
  const isOwn = ({ path }: TreeEntry) => path.startsWith(own) && !path.startsWith(`${own}node_modules/`)
  replaceFile(recordFile(packages, tree, 'own'), textOf(entries.filter(isOwn).slice(0, MAX_OWN)))
  replaceFile(recordFile(packages, tree, 'all'), textOf(entries))
}

function textOf(entries: readonly TreeEntry[]): string {
  const lines = entries.map(
    ({ kind, bytes, ctime, sha256, path }) =>
      `${kind} ${bytes} ${ctime} ${sha256} ${path.replace(/[^!-$&-~ ]/gu, encodeURIComponent)}\n`,
  )
  return lines.join('')
}

/** At the next start every byte is read. */
export function forgetRecord(packages: string, tree: string): void {
  for (const part of ['own', 'all'] as const) rmSync(recordFile(packages, tree, part), { force: true })
}

/** A look at a tree, in two parts: what is run first, and the rest, which may be large. */
export interface TreeCheck {
  /** The package's own files, as far as they are few. */
  own(): Promise<TreeState>
  all(): Promise<TreeState>
}

/**
 * Whether a tree is what was installed, by size and ctime of each of its files and folders: the kernel sets that time
 * at every change, so that what was not touched need not be read. Where anything differs, every byte is read and
 * decides: a store that was copied or restored is as good as before.
 */
export function checkTree(packages: string, pin: Pick<Pin, 'tree' | 'files' | 'name'>): TreeCheck {
  if (pin.files === null) return { own: unrecorded, all: unrecorded }
  const look = async (part: Part): Promise<TreeState> => {
    const record = readRecord(packages, pin.tree, part)
    const untouched = record !== null && (await isUntouched(join(packages, pin.tree), linesOf(record)))
    return untouched ? { state: 'whole' } : verifyTree(packages, pin)
  }
  return { own: () => look('own'), all: () => look('all') }
}

async function unrecorded(): Promise<TreeState> {
  return { state: 'unrecorded' }
}

/** The same by every byte, whatever the times say. */
export async function verifyTree(
  packages: string,
  pin: Pick<Pin, 'tree' | 'files' | 'name'>,
): Promise<TreeState> {
  if (pin.files === null) return { state: 'unrecorded' }
  const content = await readContent(join(packages, pin.tree)).catch(() => null)
  const whole = content?.size.sha256 === pin.files.sha256
  const changed = whole ? [] : differences(readRecord(packages, pin.tree, 'all') ?? '', content)
  try {
    if (whole && content !== null) writeRecord(packages, pin, content)
    else forgetRecord(packages, pin.tree)
  } catch {
    // A store that cannot be written is read in full at every start.
  }
  return whole ? { state: 'whole' } : { state: 'damaged', changed }
}

type Line = Pick<TreeEntry, 'path' | 'bytes' | 'ctime' | 'sha256'> & { readonly kind: string }

function readRecord(packages: string, tree: string, part: Part): string | null {
  try {
    // It is plain ASCII, which is read at once in this encoding alone.
    return readFileSync(recordFile(packages, tree, part), 'latin1')
  } catch {
    return null
  }
}

/** Read as they are asked for: there may be tens of thousands. */
function* linesOf(record: string): Iterable<Line> {
  for (let at = 0; at < record.length; ) {
    const end = record.indexOf('\n', at)
    if (end < 0) return
    const line = record.slice(at, end)
    at = end + 1
    const [kind = '', bytes = '', ctime = '', sha256 = ''] = line.split(' ', 4)
    const path = line.slice(kind.length + bytes.length + ctime.length + sha256.length + 4)
    yield {
      kind,
      bytes: Number(bytes),
      ctime: Number(ctime),
      sha256,
      path: path.includes('%') ? decoded(path) : path,
    }
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

async function isUntouched(folder: string, lines: Iterable<Line>): Promise<boolean> {
  let seen = 0
  for (const { kind, bytes, ctime, path } of lines) {
    const stat = statOf(path === '' ? folder : `${folder}/${path}`)
    if (stat === null || stat.ctimeMs !== ctime) return false
    if (kind !== 'd' && stat.size !== bytes) return false
    if (++seen % SLICE === 0) await setImmediate()
  }
  return seen > 0
}

function statOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null
  } catch {
    return null
  }
}

function differences(record: string, content: TreeContent | null): readonly string[] {
  const text = ({ kind, sha256 }: Pick<Line, 'kind' | 'sha256'>): string => `${kind} ${sha256}`
  const before = new Map([...linesOf(record)].map((line) => [line.path, text(line)]))
  const now = new Map((content?.entries ?? []).map((entry) => [entry.path, text(entry)]))
  const paths = [...new Set([...before.keys(), ...now.keys()])]
  return paths.filter((path) => before.get(path) !== now.get(path)).slice(0, MAX_NAMED)
}
