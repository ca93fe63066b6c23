import { readdirSync, writeSync } from 'node:fs'
import { STATUS_FD, type TapConfig, type Word } from './config.ts'
import { checked, dup2, errnoName, execve, fcntl, lseek, memfdCreate, signal } from './libc.ts'

const F_SETFD = 2
const FD_CLOEXEC = 1
const SIGPIPE = 13
const SIGCHLD = 17
const SIG_IGN = 1n

/**
 * Replaces this process by the command, with an empty environment and no descriptors but stdio, the status's and
 * the data that its arguments name; one that holds the namespace has the link as its stdin. Returns only by
 * throwing.
 */
export function becomes(config: TapConfig, link: number): never {
  if (config.holds) {
    checked('dup2', dup2(link, 0))
    // Orphans of the namespace become this process's children: ignored, they leave no zombies (signal(7)).
    signal(SIGCHLD, SIG_IGN)
  }
  closeOthersOnExec()
  const args = dataDescriptor(config.args.map((word) => `${wordText(word)}\0`).join(''))
  const command = config.command.map((word) => (word === '@args' ? String(args) : word))
  const program = command[0]
  if (program === undefined) throw new Error('there is no command')
  // Node ignores SIGPIPE, and an ignored signal stays ignored over execve.
  signal(SIGPIPE, null)
  execve(program, [...command, null], [null])
  throw new Error(`${program}: ${errnoName()}`)
}

/** Node closes its stdio on exec; what a careless parent of mcp-run left open it may not. */
function closeOthersOnExec(): void {
  for (const name of readdirSync('/proc/self/fd')) {
    const fd = Number(name)
    fcntl(fd, F_SETFD, fd <= 2 || fd === STATUS_FD ? 0 : FD_CLOEXEC)
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
