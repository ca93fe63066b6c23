import { readFileSync, realpathSync, statSync } from 'node:fs'

/** What finding an engine needs of the file system. */
export interface EngineFiles {
  /** A file's text; null where there is none. Throws where it cannot be read. */
  read(path: string): string | null
  /** True also where it may not be looked: what is there is then an error when it's read, not left out. */
  exists(path: string): boolean
  /** The socket that a path leads to, links followed; null where there is none. */
  socket(path: string): string | null
}

export const realFiles: EngineFiles = {
  read(path) {
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') return null
      throw error
    }
  },
  exists(path) {
    try {
      return statSync(path, { throwIfNoEntry: false }) !== undefined
    } catch {
      return true
    }
  },
  socket(path) {
    try {
      return statSync(path).isSocket() ? realpathSync(path) : null
    } catch {
      return null
    }
  },
}
