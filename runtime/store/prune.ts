import type Database from 'better-sqlite3'
import { dayOf } from './day.ts'

/** How many rows went, and how many bytes the file is smaller for it. */
export interface Pruned {
  readonly sessions: number
  readonly flows: number
  readonly dnsQueries: number
  readonly httpRequests: number
  readonly drops: number
  readonly gaps: number
  readonly alerts: number
  /** Days of destinations, and of tools at them. */
  readonly rollups: number
  readonly tools: number
  /** Of a server's package that went unused; the latest one stays. */
  readonly versions: number
  readonly bytesFreed: number
}

/** Rows or pages of one transaction: short, so that sessions that are writing hardly notice. */
const CHUNK = 5_000

/** Its end is still to come: one that ended without being heard of says so in `unread`. */
const OPEN_REQUEST = `(ended_at IS NULL AND unread IS NULL AND action = 'allowed')`

/** What the next session is compared with. */
const LATEST_VERSION = '(SELECT n FROM versions ORDER BY last_seen DESC, n DESC LIMIT 1)'

/**
 * Deletes what is older than `before` (milliseconds): rows by their time, rollups by whole UTC days, alerts by
 * when they were last seen, sessions by their end. What is still open stays.
 */
export function prune(db: Database.Database, before: number): Pruned {
  const size = fileSize(db)
  const pruned = {
    flows: remove(db, 'flows', `started_at < ? AND state <> 'open'`, before),
    dnsQueries: remove(db, 'dns', 'at < ?', before),
    httpRequests: remove(db, 'http_requests', `at < ? AND NOT ${OPEN_REQUEST}`, before),
    drops: remove(db, 'drops', 'last_at < ?', before),
    gaps: remove(db, 'gaps', 'last_at < ?', before),
    alerts: remove(db, 'alerts', 'last_seen < ?', before),
    rollups: remove(db, 'rollup', 'day < ?', dayOf(before)),
    tools: remove(db, 'tools', 'day < ?', dayOf(before)),
    versions: remove(db, 'versions', `last_seen < ? AND n <> ${LATEST_VERSION}`, before),
    sessions: remove(db, 'sessions', 'ended_at < ?', before),
  }
  db.transaction(removeOrphans).immediate(db)
  giveBackPages(db)
  db.pragma('optimize')
  db.pragma('wal_checkpoint(PASSIVE)')
  return { ...pruned, bytesFreed: size - fileSize(db) }
}

function remove(db: Database.Database, table: string, condition: string, before: number): number {
  const statement = db.prepare<[number]>(`DELETE FROM ${table} WHERE ${condition} LIMIT ${CHUNK}`)
  let removed = 0
  for (let last = CHUNK; last === CHUNK; removed += last) last = statement.run(before).changes
  return removed
}

/** What no rollup counts any more; the new generation tells sessions that are writing to look again. */
function removeOrphans(db: Database.Database): void {
  db.exec(`
    DELETE FROM destinations WHERE n NOT IN (SELECT destination FROM rollup);
    DELETE FROM tools WHERE destination NOT IN (SELECT n FROM destinations);
    DELETE FROM destination_addresses WHERE destination NOT IN (SELECT n FROM destinations);
    DELETE FROM version_traits WHERE version NOT IN (SELECT n FROM versions);
    DELETE FROM traits WHERE n NOT IN (SELECT trait FROM version_traits);
    DELETE FROM hosts WHERE n NOT IN (SELECT host FROM destinations);
    UPDATE hosts SET ports =
      (SELECT count(*) FROM (SELECT DISTINCT port, transport FROM destinations WHERE host = hosts.n AND port <> 0));
    UPDATE meta SET value = value + 1 WHERE key = 'generation';
  `)
}

function giveBackPages(db: Database.Database): void {
  for (let free = freePages(db); free > 0; ) {
    db.pragma(`incremental_vacuum(${CHUNK})`)
    const left = freePages(db)
    if (left >= free) return
    free = left
  }
}

function freePages(db: Database.Database): number {
  return db.pragma('freelist_count', { simple: true }) as number
}

function fileSize(db: Database.Database): number {
  const pages = db.pragma('page_count', { simple: true }) as number
  return pages * (db.pragma('page_size', { simple: true }) as number)
}
