import type Database from 'better-sqlite3'
import type { NameSource } from '../../model/destination.ts'
import type { FlowProtocol, Inspection } from '../../model/flow.ts'
import type { Phase } from '../../model/session.ts'
import type { Verdict } from '../../model/verdict.ts'
import { bounded } from '../bounded.ts'
import { dayOf } from '../day.ts'
import { LIMITS } from '../limits.ts'
import { Destinations } from './destinations.ts'
import type { Hosts } from './hosts.ts'

/** What a destination of the report is: its rollup has one row a UTC day. */
export interface DestinationKey extends Verdict {
  readonly name: string | null
  readonly address: string | null
  readonly port: number
  readonly transport: string
  readonly nameSource: NameSource
  readonly phase: Phase
  readonly protocol: FlowProtocol
  readonly inspection: Inspection
}

/** One destination's day, with what this transaction adds to it. Flows keep it, to add their bytes later. */
export interface Tally {
  readonly key: DestinationKey
  readonly folded: boolean
  readonly host: number
  readonly day: number
  destination: number
  addresses: Set<string>
  flows: number
  bytesSent: number
  bytesReceived: number
  firstSeen: number
  lastSeen: number
  dirty: boolean
  /** Of the file, when its rows were last known to be there. */
  generation: number
}

const MAX_TALLIES = 8_192

/** Of one flow, where what it counted moves to another destination. */
export interface Moved {
  readonly at: number
  readonly address: string | null
  readonly bytesSent: number
  readonly bytesReceived: number
}

/** Counts in memory during a transaction; `flush` writes each touched row once, inside that transaction. */
export class Rollup {
  readonly #hosts: Hosts
  readonly #destinations: Destinations
  readonly #update: Database.Statement
  readonly #insert: Database.Statement
  readonly #address: Database.Statement
  readonly #tallies = new Map<string, Tally>()
  readonly #dirty: Tally[] = []
  #generation = 0

  constructor(db: Database.Database, hosts: Hosts) {
    this.#hosts = hosts
    this.#destinations = new Destinations(db, hosts)
    this.#update = db.prepare(
      `UPDATE rollup SET flows = max(0, flows + ?), bytes_sent = max(0, bytes_sent + ?),
         bytes_received = max(0, bytes_received + ?),
         first_seen = min(first_seen, ?), last_seen = max(last_seen, ?) WHERE destination = ? AND day = ?`,
    )
    this.#insert = db.prepare(
      `INSERT INTO rollup (flows, bytes_sent, bytes_received, first_seen, last_seen, destination, day)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#address = db.prepare(
      `INSERT INTO destination_addresses (destination, address, last_day) SELECT ?, ?, ?
         WHERE (SELECT count(*) FROM destination_addresses WHERE destination = ?) < ${LIMITS.addressesPerDestination}
           OR EXISTS (SELECT 1 FROM destination_addresses WHERE destination = ? AND address = ?)
         ON CONFLICT DO UPDATE SET last_day = max(last_day, excluded.last_day)`,
    )
  }

  /** The row that something seen at `at` belongs to. */
  tally(key: DestinationKey, at: number): Tally {
    const host = this.#hosts.of(key.name, key.address)
    const day = dayOf(at)
    const text = tallyKey(key, host.n, day)
    const known = this.#tallies.get(text)
    if (known !== undefined) return known
    if (this.#tallies.size >= MAX_TALLIES) this.#tallies.clear()
    const destination = this.#destinations.find(host.n, key)
    const counts = { flows: 0, bytesSent: 0, bytesReceived: 0, firstSeen: at, lastSeen: at }
    const tally = {
      key,
      folded: host.folded,
      host: host.n,
      day,
      destination,
      addresses: new Set<string>(),
      dirty: false,
      generation: this.#generation,
      ...counts,
    }
    this.#tallies.set(text, tally)
    return tally
  }

  add(tally: Tally, flows: number, at: number, address: string | null): void {
    tally.flows += flows
    this.#touch(tally, at)
    if (address === null || tally.addresses.size >= LIMITS.addressesPerDestination) return
    const text = bounded(address)
    if (tally.addresses.has(text)) return
    tally.addresses.add(text)
    const { destination, day } = tally
    this.#address.run(destination, text, day, destination, destination, text)
  }

  addBytes(tally: Tally, sent: number, received: number, at: number): void {
    tally.bytesSent += sent
    tally.bytesReceived += received
    this.#touch(tally, at)
  }

  /** One flow and its bytes, counted in `from`, count in `to` from here on. */
  move(from: Tally, to: Tally, { at, address, bytesSent, bytesReceived }: Moved): void {
    from.flows--
    this.addBytes(from, -bytesSent, -bytesReceived, from.lastSeen)
    this.add(to, 1, at, address)
    this.addBytes(to, bytesSent, bytesReceived, at)
  }

  /** Makes sure that the rows of a flow's tally are there when this transaction ends: a prune may have taken them. */
  hold(tally: Tally): void {
    if (tally.generation !== this.#generation) this.#touch(tally, tally.lastSeen)
  }

  /** Writes what the transaction has counted. */
  flush(): void {
    for (const tally of this.#dirty) this.#write(tally)
    this.#dirty.length = 0
  }

  /** Another process has written: counts may be out of date. */
  recount(): void {
    this.#hosts.recount()
    this.#destinations.recount()
  }

  /** Another process has deleted rows. */
  forget(): void {
    this.#hosts.forget()
    this.#destinations.recount()
    this.#tallies.clear()
    this.#generation++
  }

  #touch(tally: Tally, at: number): void {
    tally.firstSeen = Math.min(tally.firstSeen, at)
    tally.lastSeen = Math.max(tally.lastSeen, at)
    if (tally.dirty) return
    tally.dirty = true
    this.#dirty.push(tally)
  }

  #write(tally: Tally): void {
    const counts = [tally.flows, tally.bytesSent, tally.bytesReceived]
    const times = [tally.firstSeen, tally.lastSeen]
    if (this.#update.run(...counts, ...times, tally.destination, tally.day).changes === 0) {
      // The day's first, or a row that was pruned under a flow that is still open: its destination may be gone.
      const host = this.#hosts.of(tally.key.name, tally.key.address)
      tally.destination = this.#destinations.find(host.n, tally.key)
      // Nor can a flow that moves away be taken from what is not there.
      const kept = counts.map((count) => Math.max(0, count))
      this.#insert.run(...kept, ...times, tally.destination, tally.day)
    }
    tally.generation = this.#generation
    tally.flows = 0
    tally.bytesSent = 0
    tally.bytesReceived = 0
    tally.dirty = false
  }
}

function tallyKey(key: DestinationKey, host: number, day: number): string {
  const { declaration, action, reason, nameSource, phase, protocol, inspection, port, transport } = key
  return `${host} ${port} ${transport} ${day} ${declaration} ${action} ${reason} ${nameSource} ${phase} ${protocol} ${inspection}`
}
