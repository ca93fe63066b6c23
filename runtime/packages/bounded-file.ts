import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** A file that a sandbox has written: no link is followed, no pipe waited for. Throws where it is none, or too large. */
export async function readBounded(path: string, maxBytes: number): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stat = await file.stat()
    if (!stat.isFile() || stat.size > maxBytes) throw new Error('not a file of that size')
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}
