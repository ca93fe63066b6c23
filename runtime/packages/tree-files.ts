import { chmod, lchown, lstat, readdir, readlink, rm } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'

/**
 * Makes a folder's content read-only for everybody and owned by this process, whoever wrote it. `root` is
 * left writable for its owner, so that it can still be moved. Throws on what npm never leaves behind: links
 * that lead out of the folder, sockets, devices. `outside`: the one path beyond it that a link may name.
 */
export async function sealContent(root: string, outside: string | null = null): Promise<void> {
  await Promise.all((await readdir(root)).map((name) => seal(join(root, name), root, outside)))
}

async function seal(path: string, root: string, outside: string | null): Promise<void> {
  const stat = await lstat(path)
  const uid = process.getuid?.()
  // Root's sandbox runs under another user, who must not be left the owner.
  if (uid === 0 && stat.uid !== uid) await lchown(path, uid, process.getgid?.() ?? 0)
  if (stat.isSymbolicLink()) {
    const target = resolve(dirname(path), await readlink(path))
    if (target !== outside && !target.startsWith(root + sep))
      throw new Error('a link leads out of the installed folder')
  } else if (stat.isDirectory()) {
    await Promise.all((await readdir(path)).map((name) => seal(join(path, name), root, outside)))
    await chmod(path, 0o555)
  } else if (stat.isFile()) {
    await chmod(path, (stat.mode & 0o111) === 0 ? 0o444 : 0o555)
  } else {
    throw new Error('something that is neither file, folder nor link was installed')
  }
}

/** Whether both folders hold the same names with files of the same sizes. */
export async function sameFiles(a: string, b: string): Promise<boolean> {
  try {
    const [one, other] = await Promise.all([lstat(a), lstat(b)])
    if (one.isDirectory() !== other.isDirectory()) return false
    if (!one.isDirectory()) return one.size === other.size
    const [ours, theirs] = await Promise.all([readdir(a), readdir(b)])
    if (ours.sort().join('/') !== theirs.sort().join('/')) return false
    const same = await Promise.all(ours.map((name) => sameFiles(join(a, name), join(b, name))))
    return same.every(Boolean)
  } catch {
    return false
  }
}

/** Removes a folder that may be sealed. */
export async function removeTree(root: string): Promise<void> {
  await unseal(root)
  await rm(root, { recursive: true, force: true })
}

async function unseal(folder: string): Promise<void> {
  try {
    await chmod(folder, 0o700)
    const entries = await readdir(folder, { withFileTypes: true })
    const folders = entries.filter((entry) => entry.isDirectory())
    await Promise.all(folders.map((entry) => unseal(join(folder, entry.name))))
  } catch {
    // Gone already, or not ours: the removal says so if it matters.
  }
}
