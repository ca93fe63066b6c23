import { rmSync } from 'node:fs'
import type { EgressRule } from '../../runtime/model/profile.ts'
import { type Authority, createAuthority } from '../../runtime/recorder/inspect/authority.ts'
import { hostAuthorities } from '../../runtime/sandbox/host-authorities.ts'
import { createRunFolder, inStore, sweepRunFolders } from '../../runtime/sandbox/run-folder.ts'
import { type TrustFiles, writeSessionTrust } from '../../runtime/sandbox/session-trust.ts'

/** What it takes to read a session's requests. */
export interface Reading {
  readonly authority: Authority
  /** Whom destinations are verified by beside Node's own list, in PEM. */
  readonly upstreamAuthorities: readonly string[]
  /** How the sandbox is told to trust the authority. */
  readonly trust: TrustFiles
  /** For when the session has ended. */
  end(): void
}

/** Null where the profile has nothing read. */
export async function prepareReading(
  egress: readonly EgressRule[],
  { store, host }: { readonly store: string; readonly host: Readonly<Record<string, string | undefined>> },
): Promise<Reading | null> {
  if (!egress.some((rule) => rule.kind === 'host' && rule.inspect !== 'no')) return null
  const authority = await createAuthority(Date.now())
  const folder = createRunFolder(store)
  sweepRunFolders(store)
  return {
    authority,
    upstreamAuthorities: hostAuthorities(host),
    trust: inStore(store, () => writeSessionTrust({ host, authority: authority.certificate, folder })),
    end: () => rmSync(folder, { recursive: true, force: true }),
  }
}
