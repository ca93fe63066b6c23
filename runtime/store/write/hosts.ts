import type Database from 'better-sqlite3'
import { bounded } from '../bounded.ts'
import { LIMITS } from '../limits.ts'
import { ADDRESSES, domainOf, foldedName } from './registrable.ts'

interface HostRow {
  readonly n: number
  readonly name: string
  readonly address: string
}

/** A name, or an address without one, as the rollup knows it. */
export interface Host {
  readonly n: number
  /** Too many of its kind: it stands for all that came after the bound. */
  readonly folded: boolean
}

/** Which names and addresses have rows of their own in the rollup, and which are counted together. */
export class Hosts {
  readonly #find: Database.Statement<[string, string], number>
  readonly #insert: Database.Statement<[string, string, string | null]>
  readonly #setDomain: Database.Statement<[string, number]>
  readonly #unsorted: Database.Statement<[], HostRow>
  readonly #countDomain: Database.Statement<[string], number>
  readonly #count: Database.Statement<[], number>
  readonly #byNumber: Database.Statement<[number], HostRow>
  readonly #known = new Map<string, Host>()
  readonly #fullDomains = new Set<string>()
  #total: number | null = null

  constructor(db: Database.Database) {
    this.#find = db
      .prepare<[string, string], number>('SELECT n FROM hosts WHERE name = ? AND address = ?')
      .pluck()
    this.#insert = db.prepare('INSERT INTO hosts (name, address, domain) VALUES (?, ?, ?)')
    this.#setDomain = db.prepare('UPDATE hosts SET domain = ? WHERE n = ?')
    this.#unsorted = db.prepare('SELECT n, name, address FROM hosts WHERE domain IS NULL')
    this.#countDomain = db.prepare<[string], number>('SELECT count(*) FROM hosts WHERE domain = ?').pluck()
    this.#count = db.prepare<[], number>('SELECT count(*) FROM hosts').pluck()
    this.#byNumber = db.prepare('SELECT n, name, address FROM hosts WHERE n = ?')
  }

  /** The host of a destination; a new one is added unless its domain or the server has too many. */
  of(name: string | null, address: string | null): Host {
    const boundName = bounded(name ?? '')
    const boundAddress = name === null ? bounded(address ?? '') : ''
    const key = `${boundName}\n${boundAddress}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const found = this.#find.get(boundName, boundAddress)
    if (found !== undefined) return this.#remember(key, { n: found, folded: false })
    return this.#add(key, boundName, boundAddress)
  }

  /** The host that counts whatever the server has too many of. */
  everything(): Host {
    return this.#folded(foldedName(ADDRESSES))
  }

  domain(n: number): string {
    const row = this.#byNumber.get(n)
    return row === undefined ? ADDRESSES : domainOf(row.name)
  }

  /** Another process has written: counts may be out of date. */
  recount(): void {
    this.#total = null
  }

  /** Rows were deleted: nothing that was known holds any more. */
  forget(): void {
    this.#known.clear()
    this.#fullDomains.clear()
    this.#total = null
  }

  #add(key: string, name: string, address: string): Host {
    this.#total ??= this.#count.get() ?? 0
    // As long as there are this few, no domain can be full: nothing has to know the public suffixes yet.
    if (this.#total < LIMITS.namesPerDomain) return this.#insertHost(key, name, address, null)
    const domain = domainOf(name)
    if (this.#isFull(domain)) return this.#folded(foldedName(domain))
    if (this.#total >= LIMITS.hosts) return this.everything()
    return this.#insertHost(key, name, address, domain)
  }

  #insertHost(key: string, name: string, address: string, domain: string | null): Host {
    const n = Number(this.#insert.run(name, address, domain).lastInsertRowid)
    if (this.#total !== null) this.#total++
    return this.#remember(key, { n, folded: false })
  }

  #isFull(domain: string): boolean {
    if (this.#fullDomains.has(domain)) return true
    for (const row of this.#unsorted.all()) this.#setDomain.run(domainOf(row.name), row.n)
    const full = (this.#countDomain.get(domain) ?? 0) >= LIMITS.namesPerDomain
    if (full) this.#fullDomains.add(domain)
    return full
  }

  #folded(name: string): Host {
    const key = `folded ${name}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    // Its own domain stays empty of others, so that it never counts against the names that it stands for.
    const found = this.#find.get(name, '') ?? Number(this.#insert.run(name, '', `*${name}`).lastInsertRowid)
    return this.#remember(key, { n: found, folded: true })
  }

  #remember(key: string, host: Host): Host {
    if (this.#known.size >= 2 * LIMITS.hosts) this.#known.clear()
    this.#known.set(key, host)
    return host
  }
}
