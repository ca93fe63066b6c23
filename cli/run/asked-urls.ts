import { closeSync, constants, fstatSync, openSync, readSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** In the server's HOME; runtime/sandbox/programs/xdg-open writes it, a URL a line. The server may write there too. */
const FILE = '.mcp-run-open'
const MAX_URL = 2048
/** Of all that a session writes there, no more than this is read. */
const MAX_BYTES = 64 * 1024

/** What stands in the file since the last look. */
export interface AskedUrls {
  readonly folder: string
  /** Whole lines, oldest first; nothing when the file is not there, or is no plain file. */
  read(): readonly string[]
  /** All that will ever be read has been. */
  readonly full: boolean
  /** Takes the file away. */
  remove(): void
}

/** Begins with what is written from here on. `home` is the host's folder that is the server's HOME. */
export function openAskedUrls(home: string): AskedUrls {
  const path = join(home, FILE)
  const remove = (): void => {
    try {
      // Of a link, the link itself.
      rmSync(path, { force: true })
    } catch {
      // A folder stands there: no URL can be asked for.
    }
  }
  remove()
  let at = { file: 0, offset: 0 }
  let budget = MAX_BYTES
  return {
    folder: home,
    read: () => {
      const found = readFrom(path, at, budget)
      if (found === null) return []
      const end = found.data.lastIndexOf(0x0a) + 1
      at = { file: found.file, offset: found.offset + end }
      // A line that never ends is not waited for.
      budget -= end === 0 && found.data.length >= budget ? budget : end
      return end === 0 ? [] : found.data.toString('utf8', 0, end - 1).split('\n')
    },
    get full() {
      return budget <= 0
    },
    remove,
  }
}

interface Found {
  readonly file: number
  readonly offset: number
  readonly data: Buffer
}

/** Never follows a link, never waits for a pipe's other end, and reads no more than `most` bytes. */
function readFrom(path: string, at: { file: number; offset: number }, most: number): Found | null {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    return null
  }
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) return null
    // Another file, or one that was cut: from its start.
    const offset = stat.ino === at.file && stat.size >= at.offset ? at.offset : 0
    const data = Buffer.alloc(Math.min(most, Math.max(0, stat.size - offset)))
    return { file: stat.ino, offset, data: data.subarray(0, readSync(fd, data, 0, data.length, offset)) }
  } catch {
    return null
  } finally {
    closeSync(fd)
  }
}

/** The URL as it may be shown to a person, in its canonical ASCII form; null for what is not to be opened. */
export function shownUrl(line: string): string | null {
  if (line.length > MAX_URL || !URL.canParse(line)) return null
  const { protocol, username, password, href } = new URL(line)
  // A name before an @ is there to be taken for the host.
  if (username !== '' || password !== '') return null
  return (protocol === 'http:' || protocol === 'https:') && href.length <= MAX_URL ? href : null
}
