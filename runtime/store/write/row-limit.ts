interface Count {
  total: number
  readonly byHost: Map<number, number>
  /** Made when the total reaches the bound: before that no domain can have. */
  byDomain: Map<string, number> | null
}

/** Says which rows of a session are kept one by one: the first ones under each registrable domain. */
export class RowLimit {
  readonly #max: number
  readonly #domain: (host: number) => string
  readonly #counts = new Map<number, Count>()

  /** `domain` gives the registrable domain of a host of the rollup. */
  constructor(max: number, domain: (host: number) => string) {
    this.#max = max
    this.#domain = domain
  }

  keep(session: number, host: number): boolean {
    const count = this.#countOf(session)
    if (count.total < this.#max) {
      count.total++
      count.byHost.set(host, (count.byHost.get(host) ?? 0) + 1)
      return true
    }
    count.byDomain ??= this.#sumByDomain(count.byHost)
    const domain = this.#domain(host)
    const rows = count.byDomain.get(domain) ?? 0
    if (rows >= this.#max) return false
    count.byDomain.set(domain, rows + 1)
    return true
  }

  endSession(session: number): void {
    this.#counts.delete(session)
  }

  #countOf(session: number): Count {
    const known = this.#counts.get(session)
    if (known !== undefined) return known
    const count: Count = { total: 0, byHost: new Map(), byDomain: null }
    this.#counts.set(session, count)
    return count
  }

  #sumByDomain(byHost: ReadonlyMap<number, number>): Map<string, number> {
    const sums = new Map<string, number>()
    for (const [host, rows] of byHost) {
      const domain = this.#domain(host)
      sums.set(domain, (sums.get(domain) ?? 0) + rows)
    }
    return sums
  }
}
