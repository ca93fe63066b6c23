import { join } from 'node:path'
import { declareDestination } from '../../profiles/allow.ts'
import { listProfiles, type ProfileOptions } from '../../profiles/load.ts'
import { McpRunError } from '../../runtime/model/errors.ts'
import type { EgressProtocol } from '../../runtime/model/profile.ts'
import { escapeText } from '../../runtime/model/text.ts'
import { listServers } from '../../runtime/store/store-folder.ts'
import { ownPaths } from '../paths.ts'
import type { CommonOptions } from './common-options.ts'
import { print } from './output.ts'

export interface AllowCommand extends CommonOptions {
  readonly server: string
  /** `HOST:PORT`, `[ADDRESS]:PORT`, or a host alone for port 443. */
  readonly destination: string
  readonly purpose?: string
  readonly protocol?: EgressProtocol
}

/** `egress allow`: adds a destination to the user's own profile layer, and shows the change. */
export async function allow({
  store,
  server,
  destination,
  purpose,
  protocol,
}: AllowCommand): Promise<number> {
  const { host, port } = parseDestination(destination)
  const userDir = join(store, 'profiles')
  const { profiles: builtinDir, compiledProfiles: compiled } = ownPaths()
  requireKnown(server, store, { userDir, builtinDir, compiled })
  const { file, diff } = declareDestination({
    server,
    host,
    port,
    purpose: purpose ?? null,
    protocol,
    userDir,
    builtinDir,
  })
  const shown = diff.split('\n').map((line) => escapeText(line, 2_000))
  await print(
    `${shown.join('\n').trimEnd()}\n\n${escapeText(file)} is written; it counts from the next start on.\n`,
  )
  return 0
}

/** A mistyped name would get a profile that nothing ever reads. */
function requireKnown(server: string, store: string, folders: Omit<ProfileOptions, 'cwd'>): void {
  const profiles = listProfiles({ ...folders, cwd: process.cwd() }).map(({ name }) => name)
  const known = new Set([...profiles, ...listServers(store).map((one) => one.server)])
  if (known.has(server)) return
  throw new McpRunError('usage', `There is no profile and no history named "${escapeText(server, 100)}".`, {
    hint: `One of ${[...known].sort().slice(0, 20).join(', ')}; a server gets its history at its first start.`,
  })
}

/** Splits what the command line names. The host itself is judged by the profile's own rules. */
export function parseDestination(text: string): { host: string; port: number } {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text)
  const port = Number(match?.[2] ?? 443)
  if (match?.[1] !== undefined && port >= 1 && port <= 65_535) return { host: match[1], port }
  throw new McpRunError(
    'usage',
    `HOST:PORT: "${escapeText(text, 260)}" is not a host and a port from 1 to 65535.`,
    {
      hint: 'egress allow SERVER api.example.com:443; an IPv6 address goes in brackets',
    },
  )
}
