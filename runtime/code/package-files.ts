import type { Stats } from 'node:fs'
import { constants } from 'node:fs'
import { lstat, open, opendir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
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
          const listed = await listedFile(folder, path)
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

async function listedFile({ id, path: root }: PackageFolder, path: string): Promise<ListedFile | null> {
  const source = join(root, path)
  const stat: Stats | null = await lstat(source).catch(() => null)
  if (stat === null || !(stat.isFile() || stat.isSymbolicLink())) return null
  const executable = stat.isFile() && (stat.mode & 0o111) !== 0
  return { path, source, id, bytes: stat.size, link: stat.isSymbolicLink(), executable }
}

/** Its first bytes, as many as a file may have; no link is followed, no pipe waited for. */
export async function readHead(file: ListedFile, maxBytes: number): Promise<Buffer> {
  if (file.link) return Buffer.from(await readlink(file.source))
  const handle = await open(file.source, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stat = await handle.stat()
    if (!stat.isFile()) throw new Error('it is no file')
    const bytes = Buffer.alloc(Math.min(stat.size, maxBytes))
    let length = 0
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return bytes.subarray(0, length)
  } finally {
    await handle.close()
  }
}

const BLOCK = 1024 * 1024

/** Of files of one size. */
export async function sameContent(one: ListedFile, other: ListedFile, budget: Budget): Promise<boolean> {
  if (one.link || other.link)
    return one.link === other.link && (await readlink(one.source)) === (await readlink(other.source))
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const [left, right] = await Promise.all([open(one.source, flags), open(other.source, flags)])
  try {
    const [a, b] = [Buffer.alloc(Math.min(BLOCK, one.bytes)), Buffer.alloc(Math.min(BLOCK, one.bytes))]
    for (let at = 0; at < one.bytes; ) {
      const [read, also] = await Promise.all([left.read(a, 0, a.length, at), right.read(b, 0, b.length, at)])
      if (read.bytesRead !== also.bytesRead || read.bytesRead === 0) return false
      if (!a.subarray(0, read.bytesRead).equals(b.subarray(0, read.bytesRead))) return false
      at += read.bytesRead
      if (budget.exhausted !== null) return false
    }
    return true
  } finally {
    await Promise.all([left.close(), right.close()])
  }
}
