import { createHash } from 'node:crypto'
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { TreeSize } from './pin.ts'

/** All that lies in a folder, as it was read. */
export interface TreeContent {
  readonly size: TreeSize
  /** Sorted by path. */
  readonly entries: readonly TreeEntry[]
}

export interface TreeEntry {
  /** A file, one that may be run, a folder, a link. */
  readonly kind: 'f' | 'x' | 'd' | 'l'
  /** Inside the folder, `/` between its parts; empty: the folder itself. */
  readonly path: string
  readonly bytes: number
  /** When the file system last changed anything of it, in milliseconds: nobody can set it. */
  readonly ctime: number
  /** SHA-256, hex, of a file's bytes or a link's target; a dash for a folder. */
  readonly sha256: string
}

/** So many entries are read before others get their turn. */
const SLICE = 64
const CHUNK_BYTES = 1024 * 1024

/** Reads every byte. Throws where something is there that npm never leaves behind, or cannot be read. */
export async function readContent(root: string): Promise<TreeContent> {
  const entries: TreeEntry[] = []
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  const folders = ['']
  for (let path = folders.pop(); path !== undefined; path = folders.pop()) {
    entries.push(entryOf(root, path, chunk))
    for (const name of readdirSync(join(root, path), { withFileTypes: true })) {
      const inner = path === '' ? name.name : `${path}/${name.name}`
      if (name.isDirectory()) folders.push(inner)
      else entries.push(entryOf(root, inner, chunk))
      if (entries.length % SLICE === 0) await setImmediate()
    }
  }
  entries.sort((a, b) => (a.path < b.path ? -1 : 1))
  const digest = createHash('sha256')
  for (const { kind, sha256, path } of entries) digest.update(`${kind} ${sha256} ${path}\n`)
  const files = entries.filter(({ kind }) => kind !== 'd')
  return {
    size: {
      count: files.length,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      sha256: digest.digest('hex'),
    },
    entries,
  }
}

function entryOf(root: string, path: string, chunk: Buffer): TreeEntry {
  const whole = join(root, path)
  const stat = lstatSync(whole)
  const { size, ctimeMs: ctime } = stat
  if (stat.isDirectory()) return { kind: 'd', path, bytes: 0, ctime, sha256: '-' }
  if (stat.isSymbolicLink()) {
    return { kind: 'l', path, bytes: size, ctime, sha256: hash(readlinkSync(whole)) }
  }
  if (!stat.isFile()) throw new Error(`${path} is neither file, folder nor link`)
  return { kind: isProgram(stat) ? 'x' : 'f', path, bytes: size, ctime, sha256: hashFile(whole, chunk) }
}

function isProgram({ mode }: Stats): boolean {
  return (mode & 0o111) !== 0
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hashFile(path: string, chunk: Buffer): string {
  const digest = createHash('sha256')
  const descriptor = openSync(path, 'r')
  try {
    for (;;) {
      const read = readSync(descriptor, chunk, 0, chunk.length, null)
      if (read === 0) return digest.digest('hex')
      digest.update(chunk.subarray(0, read))
    }
  } finally {
    closeSync(descriptor)
  }
}
