import { chooseServers } from '../../runtime/store/read/servers.ts'
import { readVersions } from '../../runtime/store/read/versions.ts'
import { coloursFor } from './colours.ts'
import type { CommonOptions } from './common-options.ts'
import { newsOf, type VersionNews } from './drift-news.ts'
import { driftTable } from './drift-table.ts'
import { nothingRecorded } from './nothing-recorded.ts'
import { lineWidth, print } from './output.ts'
import { readHistories } from './read-histories.ts'
import { safeJson } from './safe-json.ts'
import { isoTime } from './words.ts'

export interface DriftCommand extends CommonOptions {
  readonly server?: string
  readonly format: 'table' | 'json'
  /** The same as the format `json`. */
  readonly json?: boolean
}

export interface ServerNews {
  readonly server: string
  readonly versions: readonly VersionNews[]
}

/** `egress drift`: what came new with which version or session. */
export async function drift({ store, now, server, format, json = false }: DriftCommand): Promise<number> {
  const servers: ServerNews[] = []
  const code = readHistories(chooseServers(store, server), now, ({ db, server: name }) => {
    servers.push({ server: name, versions: newsOf(readVersions(db)) })
  })
  if (json || format === 'json') {
    const all = { generatedAt: isoTime(now), store, servers: servers.map(serverJson) }
    await print(`${safeJson(all, 2)}\n`)
  } else if (servers.length === 0 && code === 0) await print(nothingRecorded(store))
  else
    await print(
      driftTable(servers, { now, width: lineWidth(), colours: coloursFor(process.stdout, process.env) }),
    )
  return code
}

function serverJson({ server, versions }: ServerNews): unknown {
  return {
    server,
    versions: versions.map(({ version, counts, news, unread, beyond }) => ({
      version: version.label,
      integrity: version.integrity,
      sessions: version.sessions,
      firstSeen: isoTime(version.firstSeen),
      lastSeen: isoTime(version.lastSeen),
      has: { hosts: counts.host, requests: counts.path, fields: counts.field, tools: counts.tool },
      new: news.map(({ trait, basis, difference }) => ({
        trait: trait.kind,
        place: trait.place,
        name: trait.name,
        basis,
        firstSeen: isoTime(trait.firstSeen),
        session: trait.firstSession,
        sessions: trait.sessions,
        difference,
      })),
      unread,
      beyond,
    })),
  }
}
