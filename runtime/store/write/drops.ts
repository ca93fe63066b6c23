import type Database from 'better-sqlite3'
import type { DropRecord } from '../../model/journal.ts'
import { bounded } from '../bounded.ts'
import type { Gaps } from './gaps.ts'
import type { DestinationKey, Rollup } from './rollup.ts'
import type { RowLimit } from './row-limit.ts'

/** Dropped packets: one row a session, destination and verdict; `flows` of the rollup counts the packets. */
export class Drops {
  readonly #rollup: Rollup
  readonly #gaps: Gaps
  readonly #limit: RowLimit
  readonly #update: Database.Statement
  readonly #insert: Database.Statement

  constructor(db: Database.Database, rollup: Rollup, gaps: Gaps, limit: RowLimit) {
    this.#rollup = rollup
    this.#gaps = gaps
    this.#limit = limit
    this.#update = db.prepare(
      `UPDATE drops SET packets = packets + ?, bytes = bytes + ?, first_at = min(first_at, ?), last_at = max(last_at, ?)
         WHERE session = ? AND address = ? AND port = ? AND transport = ? AND name = ?
           AND declaration = ? AND action = ? AND reason = ?`,
    )
    this.#insert = db.prepare(
      `INSERT INTO drops (packets, bytes, first_at, last_at, session, address, port, transport, name,
         declaration, action, reason, phase, name_source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
  }

  add(drop: DropRecord, session: number): void {
    const { packets, bytes, at, port, transport, declaration, action, reason } = drop
    const tally = this.#rollup.tally(destinationOf(drop), at)
    this.#rollup.add(tally, packets, at, drop.address)
    const [address, name] = [bounded(drop.address ?? ''), bounded(drop.name ?? '')]
    const row = [packets, bytes, at, at, session, address, port, transport, name, declaration, action, reason]
    if (this.#update.run(...row).changes > 0) return
    if (this.#limit.keep(session, tally.host)) this.#insert.run(...row, drop.phase, drop.nameSource)
    else this.#gaps.add(session, 'folded', packets, at)
  }
}

function destinationOf(drop: DropRecord): DestinationKey {
  const { name, address, port, transport, nameSource, phase, declaration, action, reason } = drop
  return {
    name,
    address,
    port,
    transport,
    nameSource,
    phase,
    protocol: 'none',
    inspection: 'none',
    declaration,
    action,
    reason,
  }
}
