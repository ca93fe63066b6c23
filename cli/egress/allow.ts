import { join } from 'node:path'
import { declareDestination } from '../../profiles/allow.ts'
import { McpRunError } from '../../runtime/model/errors.ts'
import type { EgressProtocol } from '../../runtime/model/profile.ts'
import { escapeText } from '../../runtime/model/text.ts'
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
  const builtinDir = ownPaths().profiles
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
