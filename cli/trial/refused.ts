import { readAlerts } from '../../runtime/store/read/alerts.ts'
import { readFlows } from '../../runtime/store/read/flows.ts'
import { readRequests } from '../../runtime/store/read/requests.ts'
import { eachHistory } from '../../runtime/store/read/servers.ts'
import { listServers } from '../../runtime/store/store-folder.ts'
import { payloadEvidence } from '../payload-evidence.ts'

/** Something that a read-only session refused. As it came: still to be escaped. */
export interface Refused {
  readonly kind: 'call' | 'request' | 'connection'
  readonly what: string
  /** Whose call it was made for; null for a call itself, and where it is not one alone. */
  readonly tool: string | null
  readonly count: number
  readonly last: number
}

/** Different things of one kind that are kept apart; the rest is not listed. */
const MAX_KINDS = 1000

/** What was refused of a server since a time, the most frequent first. Throws `store-failed`. */
export function refusedSince(store: string, server: string, since: number, now: number): readonly Refused[] {
  const found = new Map<string, Refused>()
  const add = (one: Omit<Refused, 'count'>, count = 1): void => {
    const key = JSON.stringify([one.kind, one.what, one.tool])
    const before = found.get(key)
    if (before === undefined && found.size >= MAX_KINDS) return
    const last = Math.max(one.last, before?.last ?? 0)
    found.set(key, { ...one, count: (before?.count ?? 0) + count, last })
  }
  eachHistory(
    listServers(store).filter((one) => one.server === server),
    now,
    ({ db }) => {
      for (const { kind, evidence, lastSeen: last, count } of readAlerts(db, server, since)) {
        if (kind !== 'refused_call') continue
        const { tool } = payloadEvidence(evidence.at(-1)?.details ?? {})
        add({ kind: 'call', what: tool ?? '(no tool)', tool: null, last }, count)
      }
      for (const { reason, method, host, path, calls, attribution, at } of readRequests(db, since)) {
        if (reason !== 'read-only') continue
        const tool = attribution === 'one' ? (calls[0]?.tool ?? null) : null
        add({ kind: 'request', what: `${method} ${host ?? ''}${path}`, tool, last: at })
      }
      for (const { reason, name, address, port, calls, attribution, startedAt } of readFlows(db, since)) {
        if (reason !== 'read-only') continue
        const tool = attribution === 'one' ? (calls[0]?.tool ?? null) : null
        add({ kind: 'connection', what: `${name ?? address ?? '*'}:${port}`, tool, last: startedAt })
      }
    },
    (error) => {
      throw error
    },
  )
  return [...found.values()].sort((a, b) => b.count - a.count || b.last - a.last)
}
