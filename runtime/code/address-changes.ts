import { setImmediate } from 'node:timers/promises'
import { type CodeAddress, codeAddresses, encodedAt, type Piece } from './addresses.ts'
import type { Budget } from './budget.ts'

/** An address that the earlier version does not have, and where it stands first. */
export interface NewAddress extends Omit<CodeAddress, 'at'> {
  /** The host of it, with a port that is not its scheme's own. */
  readonly host: string
  /** Whether the earlier version has nothing of that host at all. */
  readonly newHost: boolean
  /** `document`: it stands in nothing but texts for people. */
  readonly where: 'code' | 'document'
  /** `name@version`, and the file in it. */
  readonly id: string
  readonly path: string
  /** From 1; null where it was put together. */
  readonly line: number | null
  /** What stands around it. */
  readonly excerpt: string | null
}

export interface Source {
  readonly id: string
  readonly path: string
  readonly text: string
  readonly where: 'code' | 'document'
}

const MAX_NEW = 2000
const MAX_KNOWN = 200_000
/** Of encoded addresses, so many are looked for where they stand: it takes a tenth of a second each. */
const MAX_SOUGHT = 40

/** Gathers what later versions have and takes off what earlier ones had. */
export class AddressChanges {
  readonly #fresh = new Map<string, Omit<NewAddress, 'newHost'>>()
  readonly #known = { code: new Set<string>(), document: new Set<string>() }
  readonly #budget: Budget
  #sought = 0

  constructor(budget: Budget) {
    this.#budget = budget
  }

  /** Whether anything is left that an earlier version could still explain. */
  get isOpen(): boolean {
    return this.#open().length > 0
  }

  /** False where it could not be read to its end. */
  async know(source: Source): Promise<boolean> {
    const known = this.#known[source.where]
    return this.#read(source, ({ kind, value }) => {
      if (known.size >= MAX_KNOWN) return
      known.add(`${kind} ${value}`)
      if (kind !== 'mail') known.add(hostOf(kind, value))
    })
  }

  async meet(source: Source): Promise<boolean> {
    return this.#read(source, (found, piece) => {
      const key = `${found.kind} ${found.value}`
      const there = this.#fresh.get(key)
      const better = there === undefined || (there.where === 'document' && source.where === 'code')
      if (!better) return
      if (this.#fresh.size >= MAX_NEW && there === undefined) {
        this.#budget.leaveOut(`${source.id} ${source.path}`, `there are more than ${MAX_NEW} addresses`)
        return
      }
      const { id, path, where } = source
      const { at, ...rest } = found
      const place = this.#placeOf(source, found, piece)
      this.#fresh.set(key, { ...rest, host: hostOf(found.kind, found.value), where, id, path, ...place })
    })
  }

  /** New hosts and mail addresses before new places on known hosts; those in code before those in documents. */
  result(): readonly NewAddress[] {
    const all = this.#open().map((one) => ({
      ...one,
      newHost: one.kind === 'mail' || !this.#knows(one, one.host),
    }))
    return all.sort((a, b) => rank(a) - rank(b))
  }

  #open(): readonly Omit<NewAddress, 'newHost'>[] {
    return [...this.#fresh].flatMap(([key, one]) => (this.#knows(one, key) ? [] : [one]))
  }

  /** What a program says is explained by programs alone: a document names many hosts. */
  #knows({ where }: Pick<NewAddress, 'where'>, key: string): boolean {
    return this.#known.code.has(key) || (where === 'document' && this.#known.document.has(key))
  }

  #placeOf({ text }: Source, found: CodeAddress, piece: Piece): Pick<NewAddress, 'line' | 'excerpt'> {
    const isSought = found.at === null && this.#sought++ < MAX_SOUGHT
    const offset = isSought ? encodedAt(text, piece, found) : found.at
    if (offset === null) return { line: null, excerpt: null }
    return { line: lineNumber(text, offset), excerpt: excerpt(text, offset) }
  }

  async #read(source: Source, take: (found: CodeAddress, piece: Piece) => void): Promise<boolean> {
    const { id, path, text } = source
    for (const piece of codeAddresses(text)) {
      for (const found of piece.addresses) take(found, piece)
      await setImmediate()
      const why = this.#budget.exhausted
      if (why === null) continue
      this.#budget.leaveOut(`${id} ${path}`, why)
      return false
    }
    this.#budget.spend(text.length)
    return true
  }
}

function rank({ kind, newHost, where, perhaps }: NewAddress): number {
  return (where === 'code' ? 0 : 8) + (newHost ? 0 : 4) + (perhaps ? 2 : 0) + (kind === 'mail' ? 0 : 1)
}

function hostOf(kind: CodeAddress['kind'], value: string): string {
  if (kind === 'mail') return value.slice(value.lastIndexOf('@') + 1)
  return kind === 'url' ? (/^[a-z0-9+.-]+:\/\/([^/]+)/.exec(value)?.[1] ?? value) : value
}

const AROUND = 70
export function lineNumber(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

/** The line, or of a long one what is around the place. */
export function excerpt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', offset)
  const line = [start, end < 0 ? text.length : end] as const
  const from = Math.max(line[0], offset - AROUND)
  const to = Math.min(line[1], offset + 2 * AROUND)
  return `${from > line[0] ? '…' : ''}${text.slice(from, to).trim()}${to < line[1] ? '…' : ''}`
}
