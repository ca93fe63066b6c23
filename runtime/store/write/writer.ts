import type Database from 'better-sqlite3'
import type { JournalEntry } from '../../model/journal.ts'
import { retryBusy } from '../busy.ts'
import { LIMITS } from '../limits.ts'
import { Alerts } from './alerts.ts'
import { DnsQueries } from './dns.ts'
import { Drops } from './drops.ts'
import { Flows } from './flows.ts'
import { Gaps } from './gaps.ts'
import { Hosts } from './hosts.ts'
import { HttpRequests } from './http-requests.ts'
import { Rollup } from './rollup.ts'
import { RowLimit } from './row-limit.ts'
import { Sessions } from './sessions.ts'
import { Tools } from './tools.ts'
import { Traits } from './traits.ts'

/** Turns journal entries into rows. One server's file, one connection, statements prepared once. */
export class Writer {
  readonly #begin: Database.Statement
  readonly #commit: Database.Statement
  readonly #dataVersion: Database.Statement<[], number>
  readonly #generation: Database.Statement<[], number>
  readonly #sessions: Sessions
  readonly #hosts: Hosts
  readonly #rollup: Rollup
  readonly #tools: Tools
  readonly #gaps: Gaps
  readonly #flows: Flows
  readonly #dns: DnsQueries
  readonly #requests: HttpRequests
  readonly #drops: Drops
  readonly #alerts: Alerts
  readonly #traits: Traits
  readonly #limits: readonly RowLimit[]
  #seenVersion: number | undefined
  #seenGeneration: number | undefined

  constructor(db: Database.Database) {
    this.#begin = db.prepare('BEGIN IMMEDIATE')
    this.#commit = db.prepare('COMMIT')
    this.#dataVersion = db.prepare<[], number>('PRAGMA data_version').pluck()
    this.#generation = db.prepare<[], number>(`SELECT value FROM meta WHERE key = 'generation'`).pluck()
    this.#sessions = new Sessions(db)
    this.#hosts = new Hosts(db)
    this.#rollup = new Rollup(db, this.#hosts)
    this.#tools = new Tools(db, this.#rollup)
    this.#gaps = new Gaps(db)
    const limit = (max: number) => new RowLimit(max, (host) => this.#hosts.domain(host))
    const limits = () => ({
      denied: limit(LIMITS.rowsPerDomain),
      allowed: limit(LIMITS.allowedRowsPerDomain),
    })
    const [flows, drops] = [limit(LIMITS.rowsPerDomain), limit(LIMITS.rowsPerDomain)]
    const [queries, requests] = [limits(), limits()]
    this.#limits = [flows, drops, ...Object.values(queries), ...Object.values(requests)]
    this.#flows = new Flows(db, this.#rollup, this.#tools, this.#gaps, flows)
    this.#dns = new DnsQueries(db, this.#hosts, this.#rollup, this.#gaps, queries)
    this.#drops = new Drops(db, this.#rollup, this.#gaps, drops)
    this.#requests = new HttpRequests(db, this.#flows, this.#tools, this.#gaps, requests)
    this.#alerts = new Alerts(db)
    this.#traits = new Traits(db)
  }

  /**
   * Commits the entries in one transaction, in order. Only the start of it can meet another process's lock, so
   * only the start is tried again; whatever else throws ends the journal, with nothing of the batch stored.
   */
  commit(entries: readonly JournalEntry[]): void {
    retryBusy(() => this.#begin.run())
    this.#lookForOthers()
    for (const entry of entries) this.#apply(entry)
    this.#rollup.flush()
    this.#tools.flush()
    this.#gaps.flush()
    this.#commit.run()
  }

  #apply(entry: JournalEntry): void {
    switch (entry.kind) {
      case 'session-opened':
        this.#sessions.open(entry.session)
        this.#traits.open(entry.session)
        break
      case 'session-closed':
        this.#closeSession(entry)
        break
      case 'flow-opened':
        this.#flows.open(entry.flow, this.#sessions.number(entry.flow.session))
        break
      case 'flow-progress':
        this.#flows.progress(entry.flow, entry.counts)
        break
      case 'flow-closed':
        this.#flows.close(entry)
        break
      case 'dns-query':
        this.#dns.query(entry.query, this.#sessions.number(entry.query.session))
        break
      case 'dns-answered':
        this.#dns.answered(entry.query, entry.answer)
        break
      case 'http-request':
        this.#requests.add(entry.request, this.#sessions.number(entry.request.session))
        break
      case 'http-ended':
        this.#requests.ended(entry.end)
        break
      case 'http-fields':
        break
      case 'trait':
        this.#traits.add(entry)
        break
      case 'drop':
        this.#drops.add(entry.drop, this.#sessions.number(entry.drop.session))
        break
      case 'gap':
        this.#gaps.add(
          this.#sessions.number(entry.gap.session),
          entry.gap.kind,
          entry.gap.count,
          entry.gap.at,
        )
        break
      case 'alert':
        this.#alerts.add(entry.alert)
        break
    }
  }

  #closeSession(entry: JournalEntry & { kind: 'session-closed' }): void {
    const session = this.#sessions.number(entry.session)
    this.#requests.closeSession(session, entry.at)
    this.#flows.closeSession(session, entry.at)
    this.#sessions.close(entry)
    this.#traits.close(entry)
    for (const limit of this.#limits) limit.endSession(session)
  }

  /** What is remembered of the rows holds until another process writes; a prune voids it altogether. */
  #lookForOthers(): void {
    const version = this.#dataVersion.get()
    if (version === this.#seenVersion) return
    this.#seenVersion = version
    this.#flows.numbers.forget()
    this.#dns.numbers.forget()
    this.#requests.numbers.forget()
    this.#rollup.recount()
    this.#tools.recount()
    this.#alerts.recount()
    const generation = this.#generation.get()
    if (generation !== this.#seenGeneration) this.#rollup.forget()
    this.#seenGeneration = generation
  }
}
