import { statSync } from 'node:fs'
import { McpRunError } from '../model/errors.ts'
import { orNative } from '../model/host.ts'
import type { SandboxBackend, Share } from './backend.ts'

const READ = 4
const WRITE = 2
const ENTER = 1

/**
 * Throws `usage` where a share's own mode keeps the server's user from it. `owner`: who the server is to the host's
 * files; null: mcp-run's own user, or shown whatever is shared as its own.
 */
export function checkUsable(shares: readonly Share[], owner: SandboxBackend['owner']): void {
  for (const share of shares) {
    const problem = unusable(share, owner)
    if (problem === null || owner === null) continue
    const { uid } = statSync(share.source)
    throw new McpRunError('usage', `${share.target} ${problem}`, {
      hint: orNative(
        `chown -R ${owner.uid}:${owner.gid} ${share.source}; or run mcp-run as user ${uid}`,
        '; or --sandbox native',
      ),
    })
  }
}

/** Why, as the end of a sentence; null where its user may do what the share is for. */
export function unusable({ source, write }: Share, owner: SandboxBackend['owner']): string | null {
  if (owner === null) return null
  const { mode, uid, gid } = statSync(source)
  const needed = READ | (write ? WRITE : 0) | ((mode & 0o170_000) === 0o040_000 ? ENTER : 0)
  const shift = uid === owner.uid ? 6 : gid === owner.gid ? 3 : 0
  if (((mode >> shift) & needed) === needed) return null
  const what = write ? 'write to it' : 'read it'
  return `is user ${uid}'s, and the server of a root user runs as user ${owner.uid} in a container, who may not ${what}`
}
