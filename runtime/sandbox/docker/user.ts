import type { SandboxBackend } from '../backend.ts'
import { DEDICATED_ID } from '../native-user.ts'
import type { EngineFacts } from './engine-facts.ts'

/** The id on the host that a server's files must belong to: mcp-run's own, which needs no word, or for root none of an account. */
export function serverOwner(): SandboxBackend['owner'] {
  return process.getuid?.() === 0 ? { uid: DEDICATED_ID, gid: DEDICATED_ID } : null
}

/**
 * `uid:gid` that the server runs under: never the host's root. In a rootless engine the container's root is the
 * user who runs it, and the only one to whom that user's files belong.
 */
export function serverUser({ rootless }: Pick<EngineFacts, 'rootless'>): string {
  if (rootless) return '0:0'
  const owner = serverOwner()
  return owner === null ? `${process.getuid?.()}:${process.getgid?.()}` : `${owner.uid}:${owner.gid}`
}
