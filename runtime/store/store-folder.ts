import { closeSync, mkdirSync, openSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { McpRunError } from '../model/errors.ts'

const SUFFIX = '.sqlite'

/** Where the history lives: `--store`, else MCP_RUN_HOME, else `~/.mcp-run`. Absolute. */
export function storeFolder(option: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  return resolve(option || env.MCP_RUN_HOME || join(homeFolder(), '.mcp-run'))
}

/** Throws `usage` for a user without one: no HOME, and no entry in passwd. */
function homeFolder(): string {
  try {
    return homedir()
  } catch (cause) {
    throw new McpRunError('usage', 'There is no home folder to keep the history in: HOME is not set.', {
      hint: 'Set HOME or MCP_RUN_HOME, or name a folder with --store.',
      cause,
    })
  }
}

/** The file of one server's history. */
export function serverFile(store: string, server: string): string {
  return join(store, 'servers', safeName(server) + SUFFIX)
}

/**
 * A name as a file name that is the same on file systems that fold case: all but `a-z0-9._-` is
 * percent-encoded as UTF-8, and what gets too long ends in a digest.
 */
export function safeName(server: string): string {
  const encoded = Array.from(Buffer.from(server, 'utf8'), (byte, index) => {
    const character = String.fromCharCode(byte)
    const plain = /[a-z0-9_-]/.test(character) || (character === '.' && index > 0)
    return plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')
  if (encoded.length > 0 && encoded.length <= 150) return encoded
  // Only here: a start waits for what it loads.
  const { createHash } = process.getBuiltinModule('node:crypto')
  return `${encoded.slice(0, 100)}~${createHash('sha256').update(server).digest('hex').slice(0, 32)}`
}

export interface ServerFile {
  readonly server: string
  readonly file: string
}

/** The servers that have a history, by name. An absent store has none. */
export function listServers(store: string): ServerFile[] {
  return namesIn(join(store, 'servers'))
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => ({
      server: nameOf(name.slice(0, -SUFFIX.length)),
      file: join(store, 'servers', name),
    }))
    .sort((a, b) => (a.server < b.server ? -1 : 1))
}

/** Makes the folders (0700) and an empty file (0600); leaves what is there as it is. */
export function createServerFile(file: string): void {
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 })
  try {
    // Only a file that we create is opened here: closing any descriptor of a database that this process has
    // open would give up SQLite's locks on it (POSIX record locks belong to the process, not the descriptor).
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function nameOf(safe: string): string {
  try {
    return decodeURIComponent(safe)
  } catch {
    return safe
  }
}
