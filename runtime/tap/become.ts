import { readdirSync, writeSync } from 'node:fs'
import { STATUS_FD, type Word } from './config.ts'
import { checked, errnoName, execve, fcntl, lseek, memfdCreate, prctl, signal } from './libc.ts'

const F_SETFD = 2
const FD_CLOEXEC = 1
const SIGPIPE = 13
const PR_SET_PDEATHSIG = 1
const SIGKILL = 9

/**
 * Replaces this process by the command, with an empty environment and no descriptors but stdio, the status's and
 * the data that its arguments name. Returns only by throwing.
 */
export function becomes(words: readonly string[], args: readonly Word[], user: number | null): never {
  closeOthersOnExec([STATUS_FD])
  const named = dataDescriptor(args.map((word) => `${wordText(word)}\0`).join(''))
  if (user !== null) becomeUser(user)
  execute(words.map((word) => (word === '@args' ? String(named) : word)))
}

/** Whatever this process becomes. */
export function endWithParent(): void {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
}

/** Root's capabilities go with its id (capabilities(7)), and so does what it is to end with (PR_SET_PDEATHSIG(2const)). */
function becomeUser(id: number): void {
  process.setgroups?.([])
  process.setgid?.(id)
  process.setuid?.(id)
  if (process.geteuid?.() !== id) throw new Error(`user ${id} cannot be taken`)
  endWithParent()
}

/** The same for a command that has its descriptors already. */
export function execute(command: readonly string[]): never {
  const program = command[0]
  if (program === undefined) throw new Error('there is no command')
  // Node ignores SIGPIPE, and an ignored signal stays ignored over execve.
  signal(SIGPIPE, null)
  execve(program, [...command, null], [null])
  throw new Error(`${program}: ${errnoName()}`)
}

/** Node closes its stdio on exec; what a careless parent of mcp-run left open it may not. */
export function closeOthersOnExec(kept: readonly number[]): void {
  for (const name of readdirSync('/proc/self/fd')) {
    const fd = Number(name)
    fcntl(fd, F_SETFD, fd <= 2 || kept.includes(fd) ? 0 : FD_CLOEXEC)
  }
}

function wordText(word: Word): string {
  if (typeof word === 'string') return word
  return String(dataDescriptor(Buffer.from(word.data, 'base64')))
}

/** A descriptor that holds `data` in memory, to be read from its start. */
function dataDescriptor(data: string | Buffer): number {
  const bytes = Buffer.from(data as string)
  const fd = checked('memfd_create', memfdCreate('mcp-run', 0))
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
  checked('lseek', Number(lseek(fd, 0, 0)))
  return fd
}
