import type Database from 'better-sqlite3'
import { columnOf, insertSql } from '../columns.ts'
import { LIMITS } from '../limits.ts'
import type { Hosts } from './hosts.ts'
import type { DestinationKey } from './rollup.ts'

export const DESTINATION_FIELDS = [
  'host',
  'port',
  'transport',
  'phase',
  'nameSource',
  'protocol',
  'declaration',
  'action',
  'reason',
  'inspection',
] as const

type Row = [number, number, string, string, string, string, string, string, string, string]

/** Rows of `destinations`: a host with port and verdict. Ports are bounded as names are. */
export class Destinations {
  readonly #hosts: Hosts
  readonly #find: Database.Statement<Row, number>
  readonly #insert: Database.Statement<Row>
  readonly #knowsPort: Database.Statement<[number, number, string], number>
  readonly #ports: Database.Statement<[number], number>
  readonly #endpoints: Database.Statement<[], number>
  readonly #countPort: Database.Statement<[number]>
  #total: number | null = null

  constructor(db: Database.Database, hosts: Hosts) {
    this.#hosts = hosts
    const where = DESTINATION_FIELDS.map((field) => `${columnOf(field)} = ?`).join(' AND ')
    this.#find = db.prepare<Row, number>(`SELECT n FROM destinations WHERE ${where}`).pluck()
    this.#insert = db.prepare<Row>(insertSql('destinations', DESTINATION_FIELDS))
    this.#knowsPort = db
      .prepare<[number, number, string], number>(
        'SELECT 1 FROM destinations WHERE host = ? AND port = ? AND transport = ? LIMIT 1',
      )
      .pluck()
    this.#ports = db.prepare<[number], number>('SELECT ports FROM hosts WHERE n = ?').pluck()
    this.#endpoints = db.prepare<[], number>('SELECT coalesce(sum(ports), 0) FROM hosts').pluck()
    this.#countPort = db.prepare('UPDATE hosts SET ports = ports + 1 WHERE n = ?')
  }

  /** The destination's number; a new row where there is none yet. */
  find(host: number, key: DestinationKey): number {
    const [boundHost, port] = this.#bound(host, key.port, key.transport)
    const { transport, phase, nameSource, protocol, declaration, action, reason, inspection } = key
    const row: Row = [
      boundHost,
      port,
      transport,
      phase,
      nameSource,
      protocol,
      declaration,
      action,
      reason,
      inspection,
    ]
    return this.#find.get(...row) ?? Number(this.#insert.run(...row).lastInsertRowid)
  }

  /** Another process has written: the count may be out of date. */
  recount(): void {
    this.#total = null
  }

  #bound(host: number, port: number, transport: string): [host: number, port: number] {
    if (this.#knowsPort.get(host, port, transport) !== undefined) return [host, port]
    this.#total ??= this.#endpoints.get() ?? 0
    if (this.#total >= LIMITS.endpoints) return [this.#hosts.everything().n, 0]
    if ((this.#ports.get(host) ?? 0) >= LIMITS.portsPerHost) return [host, 0]
    this.#countPort.run(host)
    this.#total++
    return [host, port]
  }
}
