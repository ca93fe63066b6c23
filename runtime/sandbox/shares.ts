import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { codeFolder } from '../model/code-folder.ts'
import { McpRunError } from '../model/errors.ts'
import { isLinux } from '../model/host.ts'
import type { Share } from './backend.ts'

/** Never shared, nor anything in them: the kernel's, other services' sockets, other sandboxes. */
const NEVER = ['/proc', '/sys', '/dev', '/run', '/var/run']
/** An engine's machine has its own of these, and would show them in silence in place of another system's. */
const EVERYWHERE = ['/usr', '/bin', '/sbin', '/opt']
/** Folders that are looked through for sockets and pipes before they are shared. */
const MAX_FOLDERS = 2000
const DEPTH = 4

export interface ShareContext {
  /** mcp-run's own working folder: relative paths begin there. */
  readonly cwd: string
  /** Holds every server's history: no server sees it. */
  readonly store: string
}

/** A path as a person writes it, made absolute: `~/x`, relative to the working folder, or absolute. */
export function absolutePath(path: string, cwd: string): string {
  return resolve(cwd, path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path)
}

/** Throws `usage`, naming what asked for it (`--allow-read`, `files.read`), when the path cannot be shared. */
export function share(path: string, write: boolean, asked: string, context: ShareContext): Share {
  const target = absolutePath(path, context.cwd)
  if (!existsSync(target)) {
    throw new McpRunError('usage', `${asked} ${path}: there is no such file or folder`, {
      hint: `mkdir -p ${target}`,
    })
  }
  const source = realpathSync(target)
  const problem = refusal(source, context)
  if (problem !== null) {
    throw new McpRunError('usage', `${asked} ${path}: ${problem}`, {
      hint: 'share a folder that holds only what the server needs',
    })
  }
  return { source, target, write }
}

/** Why a folder of the host is not shared; null when it may be. */
export function refusal(source: string, { store }: ShareContext): string | null {
  if (source === '/') return 'the whole file system is never shared'
  const never = NEVER.find((folder) => liesIn(source, folder))
  if (never !== undefined) return `${never} is never shared`
  const other = isLinux() ? undefined : EVERYWHERE.find((folder) => isWithin(source, folder))
  if (other !== undefined) return `the machine of the container engine has a ${other} of its own`
  if (liesIn(homedir(), source)) return 'a whole home folder is never shared'
  if (liesIn(store, source) || liesIn(source, join(store, 'servers'))) {
    return `it holds mcp-run's own store, ${store}`
  }
  const code = codeFolder()
  if (liesIn(code, source) || liesIn(source, code)) return `it holds mcp-run's own code, ${code}`
  const door = findDoor(source)
  return door === null ? null : `it holds ${door}, by which the server could leave its sandbox`
}

/**
 * Whether a path is a folder, or lies in it, whatever both are called: a file system that folds case has many names for
 * one folder, and so have mounts.
 */
export function liesIn(path: string, folder: string): boolean {
  if (isWithin(path, folder)) return true
  const wanted = identity(folder)
  if (wanted === null) return false
  for (let at = path; ; at = dirname(at)) {
    if (identity(at) === wanted) return true
    if (at === dirname(at)) return false
  }
}

/** Null: it is not there, or not for us to see. */
function identity(path: string): string | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true })
    return `${dev} ${ino}`
  } catch {
    return null
  }
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

/** The first socket or named pipe found, breadth first, within bounds: doors that need no network. */
function findDoor(root: string): string | null {
  const own = statSync(root)
  if (!own.isDirectory()) return doorOf(own, root)
  let level = [root]
  let looked = 0
  for (let depth = 0; depth < DEPTH && level.length > 0; depth++) {
    const next: string[] = []
    for (const folder of level) {
      if (++looked > MAX_FOLDERS) return null
      for (const entry of entries(folder)) {
        const door = doorOf(entry, join(folder, entry.name))
        if (door !== null) return door
        if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git')
          next.push(join(folder, entry.name))
      }
    }
    level = next
  }
  return null
}

/** A pipe may be written to even where its folder is shared for reading. */
function doorOf(entry: { isSocket(): boolean; isFIFO(): boolean }, path: string): string | null {
  if (entry.isSocket()) return `a socket, ${path}`
  return entry.isFIFO() ? `a named pipe, ${path}` : null
}

function entries(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

/** Whether a program is where every sandbox has it. */
export function isInRoot(path: string): boolean {
  return ['/usr', '/bin', '/sbin', '/lib', '/lib64', '/nix/store'].some((folder) => isWithin(path, folder))
}

/** The program itself, where the sandbox's root does not hold it. */
export function programShare(path: string): readonly Share[] {
  if (isInRoot(path) || !existsSync(path)) return []
  const source = realpathSync(path)
  return isInRoot(source) && path === source ? [] : [{ source, target: path, write: false }]
}
