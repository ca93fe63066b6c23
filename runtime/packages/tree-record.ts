import { lstatSync, readFileSync, rmSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { TreeSize } from './pin.ts'
import { replaceFile } from './pin-index.ts'
import { readContent, type TreeContent } from './tree-content.ts'

/** How a tree of the store stands to what was installed. */
export type TreeState =
  | { readonly state: 'whole' }
  /** Installed by an mcp-run that kept no record of its files. */
  | { readonly state: 'unrecorded' }
  /** `changed`: some of the paths that differ; none where it is not known which. */
  | { readonly state: 'damaged'; readonly changed: readonly string[] }

const MAX_NAMED = 5
/** So many files are looked at before others get their turn: about half a millisecond. */
const SLICE = 64

/** One line each: kind, bytes, ctime, SHA-256, path. It lies beside the tree, out of the server's sight. */
function recordFile(packages: string, tree: string): string {
  return join(packages, 'files', `${tree}.txt`)
}

export function writeRecord(packages: string, tree: string, { entries }: TreeContent): void {
  const lines = entries.map(
    ({ kind, bytes, ctime, sha256, path }) =>
      `${kind} ${bytes} ${ctime} ${sha256} ${path.replace(/[%\n\r]/g, encodeURIComponent)}\n`,
  )
  replaceFile(recordFile(packages, tree), lines.join(''))
}

/** At the next start every byte is read. */
export function forgetRecord(packages: string, tree: string): void {
  rmSync(recordFile(packages, tree), { force: true })
}

/**
 * Whether a tree is what was installed, by size and ctime of each of its files and folders: the kernel sets that time
 * at every change, so that what was not touched need not be read. Where anything differs, every byte is read and
 * decides: a store that was copied or restored is as good as before.
 */
export async function checkTree(packages: string, tree: string, size: TreeSize | null): Promise<TreeState> {
  if (size === null) return { state: 'unrecorded' }
  const record = readRecord(packages, tree)
  if (record !== null && (await isUntouched(join(packages, tree), record))) return { state: 'whole' }
  return verifyTree(packages, tree, size)
}

/** The same by every byte, whatever the times say. */
export async function verifyTree(packages: string, tree: string, size: TreeSize | null): Promise<TreeState> {
  if (size === null) return { state: 'unrecorded' }
  const content = await readContent(join(packages, tree)).catch(() => null)
  const whole = content?.size.sha256 === size.sha256
  const changed = whole ? [] : differences(readRecord(packages, tree) ?? [], content)
  try {
    if (whole && content !== null) writeRecord(packages, tree, content)
    else forgetRecord(packages, tree)
  } catch {
    // A store that cannot be written is read in full at every start.
  }
  return whole ? { state: 'whole' } : { state: 'damaged', changed }
}

/** Kind, bytes, ctime, SHA-256, path. */
type Line = readonly [kind: string, bytes: string, ctime: string, sha256: string, path: string]

function readRecord(packages: string, tree: string): readonly Line[] | null {
  try {
    const text = readFileSync(recordFile(packages, tree), 'utf8')
    const lines = text.split('\n').filter((line) => line !== '')
    return lines.map((line) => {
      const [kind = '', bytes = '', ctime = '', sha256 = ''] = line.split(' ', 4)
      const path = line.slice(kind.length + bytes.length + ctime.length + sha256.length + 4)
      return [kind, bytes, ctime, sha256, path.includes('%') ? decodeURIComponent(path) : path]
    })
  } catch {
    return null
  }
}

async function isUntouched(folder: string, record: readonly Line[]): Promise<boolean> {
  let seen = 0
  for (const [kind, bytes, ctime, , path] of record) {
    const stat = statOf(path === '' ? folder : `${folder}/${path}`)
    if (stat === null || String(stat.ctimeMs) !== ctime) return false
    if (kind !== 'd' && String(stat.size) !== bytes) return false
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

function differences(record: readonly Line[], content: TreeContent | null): readonly string[] {
  const before = new Map(record.map(([kind, , , sha256, path]) => [path, `${kind} ${sha256}`]))
  const now = new Map((content?.entries ?? []).map(({ kind, sha256, path }) => [path, `${kind} ${sha256}`]))
  const paths = [...new Set([...before.keys(), ...now.keys()])]
  return paths.filter((path) => before.get(path) !== now.get(path)).slice(0, MAX_NAMED)
}
