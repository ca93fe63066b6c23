import { escapeText } from '../../runtime/model/text.ts'
import { type Pruned, prune } from '../../runtime/store/prune.ts'
import { chooseServers } from '../../runtime/store/read/servers.ts'
import type { CommonOptions } from './common-options.ts'
import { print } from './output.ts'
import { readHistories } from './read-histories.ts'
import { isoTime, shortBytes } from './words.ts'

export interface PruneCommand extends CommonOptions {
  readonly server?: string
  /** Milliseconds. */
  readonly olderThan: number
}

/** `egress prune`: deletes old history, and says how much. */
export async function pruneStore({ store, now, server, olderThan }: PruneCommand): Promise<number> {
  const lines: string[] = []
  const code = readHistories(chooseServers(store, server), now, (history) => {
    lines.push(`${escapeText(history.server)}: ${describe(prune(history.db, now - olderThan))}\n`)
  })
  await print(
    `Deleted what is older than ${isoTime(now - olderThan)}:\n${lines.join('') || 'nothing is recorded\n'}`,
  )
  return code
}

function describe(pruned: Pruned): string {
  const {
    flows,
    dnsQueries,
    httpRequests,
    drops,
    gaps,
    alerts,
    rollups,
    tools,
    versions,
    sessions,
    bytesFreed,
  } = pruned
  const rows = [
    [sessions, 'sessions'],
    [flows, 'flows'],
    [dnsQueries, 'DNS queries'],
    [httpRequests, 'HTTP requests'],
    [drops, 'drops'],
    [gaps, 'gaps'],
    [alerts, 'alerts'],
    [rollups, 'days of destinations'],
    [tools, 'days of tools'],
    [versions, 'versions'],
  ] as const
  const deleted = rows.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  return deleted.length === 0
    ? 'nothing'
    : `${deleted.join(', ')}; ${shortBytes(Math.max(0, bytesFreed))} freed`
}
