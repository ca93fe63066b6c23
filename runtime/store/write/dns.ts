import type Database from 'better-sqlite3'
import type { DnsAnswer, DnsRecord } from '../../model/flow.ts'
import type { Action } from '../../model/verdict.ts'
import { bounded, boundedList } from '../bounded.ts'
import { insertSql } from '../columns.ts'
import type { Gaps } from './gaps.ts'
import type { Hosts } from './hosts.ts'
import type { DestinationKey, Rollup } from './rollup.ts'
import type { RowLimit } from './row-limit.ts'
import { RowNumbers } from './row-numbers.ts'

const FIELDS = [
  'n',
  'id',
  'session',
  'phase',
  'at',
  'name',
  'type',
  'transport',
  'resolver',
  'declaration',
  'action',
  'reason',
] as const

/** Queries whose answer is still to come. */
const MAX_WAITING = 65_536
const MAX_ANSWERS = 16

export class DnsQueries {
  readonly numbers: RowNumbers
  readonly #hosts: Hosts
  readonly #rollup: Rollup
  readonly #gaps: Gaps
  readonly #limits: Readonly<Record<Action, RowLimit>>
  readonly #insert: Database.Statement
  readonly #answer: Database.Statement
  readonly #waiting = new Map<string, number>()

  constructor(
    db: Database.Database,
    hosts: Hosts,
    rollup: Rollup,
    gaps: Gaps,
    limits: Readonly<Record<Action, RowLimit>>,
  ) {
    this.numbers = new RowNumbers(db, 'dns')
    this.#hosts = hosts
    this.#rollup = rollup
    this.#gaps = gaps
    this.#limits = limits
    this.#insert = db.prepare(insertSql('dns', FIELDS))
    this.#answer = db.prepare('UPDATE dns SET rcode = ?, answers = ?, answered_at = ? WHERE n = ?')
  }

  query(query: DnsRecord, session: number): void {
    if (query.action === 'denied') this.#addDestination(query)
    const host = this.#hosts.of(query.name, null)
    if (host.folded || !this.#limits[query.action].keep(session, host.n)) {
      this.#gaps.add(session, 'folded', 1, query.at)
      return
    }
    const n = this.numbers.next(query.at)
    const { id, phase, at, type, transport, declaration, action, reason } = query
    const [name, resolver] = [bounded(query.name), bounded(query.resolver)]
    this.#insert.run(
      ...[
        n,
        id,
        session,
        phase,
        at,
        name,
        bounded(type, 64),
        transport,
        resolver,
        declaration,
        action,
        reason,
      ],
    )
    if (this.#waiting.size >= MAX_WAITING) this.#waiting.clear()
    this.#waiting.set(query.id, n)
  }

  answered(id: string, answer: DnsAnswer): void {
    const n = this.#waiting.get(id)
    if (n === undefined) return
    this.#waiting.delete(id)
    this.#answer.run(answer.rcode, boundedList(answer.answers, MAX_ANSWERS), answer.at, n)
  }

  #addDestination(query: DnsRecord): void {
    const { name, transport, phase, declaration, action, reason } = query
    const key: DestinationKey = {
      name,
      address: null,
      port: 53,
      transport,
      nameSource: 'dns_query',
      phase,
      protocol: 'dns',
      inspection: 'none',
      declaration,
      action,
      reason,
    }
    const tally = this.#rollup.tally(key, query.at)
    this.#rollup.add(tally, 1, query.at, null)
  }
}
