import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Budget } from './budget.ts'

/** One version of a package, as it lies in a folder. */
export interface PackageFolder {
  /** `name@version`. */
  readonly id: string
  /** Absolute. */
  readonly path: string
  /** Folders in it that are other packages, relative. */
  readonly others: ReadonlySet<string>
}

export interface ListedFile {
  /** In the package, `/` between its parts. */
  readonly path: string
  /** Absolute. */
  readonly source: string
  /** Of the package. */
  readonly id: string
  readonly bytes: number
  readonly link: boolean
  readonly executable: boolean
}

/** All files and links, none of them followed; what is too many or cannot be read is noted. */
export async function listFiles(
  folder: PackageFolder,
  budget: Budget,
): Promise<ReadonlyMap<string, ListedFile>> {
  const found = new Map<string, ListedFile>()
  const folders = ['']
  // Empty folders cost as much as files.
  let seen = 0
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    try {
      for await (const entry of await opendir(join(folder.path, at))) {
        const path = at === '' ? entry.name : `${at}/${entry.name}`
        if (++seen > budget.limits.files) {
          budget.leaveOut(folder.id, `it has more than ${budget.limits.files} files`)
          return found
        }
        if (entry.isDirectory()) {
          if (!folder.others.has(path)) folders.push(path)
        } else {
          const listed = listedFile(folder, path)
          if (listed === null) budget.leaveOut(`${folder.id} ${path}`, 'it is no file')
          else found.set(path, listed)
        }
      }
    } catch {
      budget.leaveOut(`${folder.id} ${at}`, 'the folder cannot be read')
    }
  }
  return found
}

function listedFile({ id, path: root }: PackageFolder, path: string): ListedFile | null {
  const source = join(root, path)
  try {
    const stat = lstatSync(source)
    if (!stat.isFile() && !stat.isSymbolicLink()) return null
    const executable = stat.isFile() && (stat.mode & 0o111) !== 0
    return { path, source, id, bytes: stat.size, link: stat.isSymbolicLink(), executable }
  } catch {
    return null
  }
}

/** Its first bytes, as many as `maxBytes`; no link is followed, no pipe waited for. Throws what the file system does. */
export function readHead(file: ListedFile, maxBytes: number): Buffer {
  if (file.link) return Buffer.from(readlinkSync(file.source))
  return withFile(file, (descriptor) => {
    const bytes = Buffer.alloc(Math.min(file.bytes, maxBytes))
    return bytes.subarray(0, fill(descriptor, bytes, 0))
  })
}

const BLOCK = 1024 * 1024

/** Of files of one size. Throws what the file system does. */
export async function sameContent(one: ListedFile, other: ListedFile, budget: Budget): Promise<boolean> {
  if (one.link || other.link)
    return one.link === other.link && readlinkSync(one.source) === readlinkSync(other.source)
  const [a, b] = [Buffer.alloc(Math.min(BLOCK, one.bytes)), Buffer.alloc(Math.min(BLOCK, one.bytes))]
  for (let at = 0; at < one.bytes; at += BLOCK) {
    const [read, also] = [
      withFile(one, (file) => fill(file, a, at)),
      withFile(other, (file) => fill(file, b, at)),
    ]
    if (read !== also || read === 0 || !a.subarray(0, read).equals(b.subarray(0, read))) return false
    if (at === 0) continue
    await setImmediate()
    if (budget.exhausted !== null) return false
  }
  return true
}

function withFile<T>({ source }: ListedFile, use: (descriptor: number) => T): T {
  const descriptor = openSync(source, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error('it is no file')
    return use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Reads from `at` on until the buffer is full or the file ends; returns how much it was. */
function fill(descriptor: number, buffer: Buffer, at: number): number {
  let length = 0
  while (length < buffer.length) {
    const read = readSync(descriptor, buffer, length, buffer.length - length, at + length)
    if (read === 0) break
    length += read
  }
  return length
}
