import type Database from 'better-sqlite3'
import type { Attribution } from '../../model/call.ts'
import { bounded } from '../bounded.ts'
import { columnOf } from '../columns.ts'
import { LIMITS } from '../limits.ts'
import type { Rollup, Tally } from './rollup.ts'

const COUNTS = ['flows', 'requests', 'denied', 'ambiguousFlows', 'ambiguousRequests'] as const
type Counts = { [Count in (typeof COUNTS)[number]]: number }

/** What was asked of the server: a tool's call, another MCP request (`tool` empty), or nothing (both empty). */
interface Asked {
  readonly method: string
  readonly tool: string
}

/** One tool's share of a destination's day, with what this transaction adds to it. */
export interface ToolTally extends Asked, Counts {
  readonly tally: Tally
  dirty: boolean
}

/** A flow, as far as tools are concerned: where it counts, and what it has counted there. */
export interface ToolUser {
  tally: Tally
  readonly tools: Map<ToolTally, Counts>
}

interface ToolsOfTally {
  readonly known: Map<string, ToolTally>
  /** How many the file knows of its destination; null: not counted yet, or out of date. */
  total: number | null
  version: number
}

const BACKGROUND: Asked = { method: '', tool: '' }
/** Stands for all beyond the bound. A tool may have this name, but no method has. */
const OTHERS: Asked = { method: '*', tool: '*' }

/** What each tool's calls had to do with each destination, counted on the day of the flow that carried it. */
export class Tools {
  readonly #rollup: Rollup
  readonly #update: Database.Statement
  readonly #insert: Database.Statement
  readonly #isKnown: Database.Statement<[number, string, string], number>
  readonly #count: Database.Statement<[number], number>
  readonly #byTally = new WeakMap<Tally, ToolsOfTally>()
  readonly #dirty: ToolTally[] = []
  #version = 0

  constructor(db: Database.Database, rollup: Rollup) {
    this.#rollup = rollup
    const columns = COUNTS.map(columnOf)
    this.#update = db.prepare(
      `UPDATE tools SET ${columns.map((column) => `${column} = max(0, ${column} + ?)`).join(', ')}
         WHERE destination = ? AND method = ? AND tool = ? AND day = ?`,
    )
    this.#insert = db.prepare(
      `INSERT INTO tools (${columns.join(', ')}, destination, method, tool, day) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#isKnown = db
      .prepare<[number, string, string], number>(
        'SELECT 1 FROM tools WHERE destination = ? AND method = ? AND tool = ? LIMIT 1',
      )
      .pluck()
    this.#count = db
      .prepare<[number], number>(
        `SELECT count(*) FROM (SELECT DISTINCT method, tool FROM tools
           WHERE destination = ? AND method NOT IN ('', '*'))`,
      )
      .pluck()
  }

  /** Adds to every tool that may be meant; to none where nobody listens to the conversation. */
  count(user: ToolUser, attribution: Attribution | null, counts: Partial<Counts>): void {
    if (attribution === null) return
    const asked = askedOf(attribution)
    const { flows = 0, requests = 0, denied = 0 } = counts
    const ambiguous = isAmbiguous(attribution, asked)
    const [ambiguousFlows, ambiguousRequests] = ambiguous ? [flows, requests] : [0, 0]
    const all = { flows, requests, denied, ambiguousFlows, ambiguousRequests }
    for (const each of asked) {
      const tally = this.#tallyOf(user.tally, each)
      this.#add(tally, all, 1)
      const own = user.tools.get(tally)
      if (own === undefined) user.tools.set(tally, { ...all })
      else for (const count of COUNTS) own[count] += all[count]
    }
  }

  /** What a flow has counted counts for another destination. */
  move(user: ToolUser, to: Tally): void {
    const all = [...user.tools]
    user.tools.clear()
    for (const [from, counts] of all) {
      this.#add(from, counts, -1)
      const tally = this.#tallyOf(to, from)
      this.#add(tally, counts, 1)
      user.tools.set(tally, counts)
    }
  }

  /** Writes what the transaction has counted; after the rollup, which knows the destinations' numbers. */
  flush(): void {
    for (const tally of this.#dirty) this.#write(tally)
    this.#dirty.length = 0
  }

  /** Another process has written: counts may be out of date. */
  recount(): void {
    this.#version++
  }

  #tallyOf(tally: Tally, { method, tool }: Asked): ToolTally {
    const all = this.#allOf(tally)
    const key = `${method}\n${tool}`
    const known = all.known.get(key)
    if (known !== undefined) return known
    const exempt = method === BACKGROUND.method || method === OTHERS.method
    if (!exempt && this.#isKnown.get(tally.destination, method, tool) === undefined) {
      all.total ??= this.#count.get(tally.destination) ?? 0
      if (all.total >= LIMITS.toolsPerDestination) return this.#tallyOf(tally, OTHERS)
      all.total++
    }
    const none = { flows: 0, requests: 0, denied: 0, ambiguousFlows: 0, ambiguousRequests: 0 }
    const added = { tally, method, tool, dirty: false, ...none }
    all.known.set(key, added)
    return added
  }

  #allOf(tally: Tally): ToolsOfTally {
    let all = this.#byTally.get(tally)
    if (all === undefined) {
      all = { known: new Map(), total: null, version: this.#version }
      this.#byTally.set(tally, all)
    }
    if (all.version !== this.#version) {
      all.total = null
      all.version = this.#version
    }
    return all
  }

  #add(tally: ToolTally, counts: Counts, sign: 1 | -1): void {
    for (const count of COUNTS) tally[count] += sign * counts[count]
    if (tally.dirty) return
    tally.dirty = true
    this.#dirty.push(tally)
    this.#rollup.hold(tally.tally)
  }

  #write(tool: ToolTally): void {
    const counts = COUNTS.map((count) => tool[count])
    const key = [tool.tally.destination, tool.method, tool.tool, tool.tally.day]
    if (this.#update.run(...counts, ...key).changes === 0) {
      this.#insert.run(...counts.map((count) => Math.max(0, count)), ...key)
    }
    for (const count of COUNTS) tool[count] = 0
    tool.dirty = false
  }
}

/** Of several calls each tool once. */
function askedOf({ kind, calls }: Attribution): readonly Asked[] {
  if (kind === 'background') return [BACKGROUND]
  const all = calls.map(({ method, tool }) => {
    return { method: bounded(method, LIMITS.shortText), tool: bounded(tool ?? '', LIMITS.tool) }
  })
  return all.filter((each, index) => {
    return all.findIndex(({ method, tool }) => method === each.method && tool === each.tool) === index
  })
}

/** Two calls of one tool leave no doubt about the tool; a full list may not name them all. */
function isAmbiguous({ calls }: Attribution, asked: readonly Asked[]): boolean {
  return asked.length > 1 || calls.length >= LIMITS.calls
}
