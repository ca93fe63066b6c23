import type { JournalEntry } from '../model/journal.ts'
import type { ListedAnswer, ListedTool, Support, Trait } from '../model/traits.ts'
import type { Conceal } from './conceal.ts'
import { textDifference } from './text-difference.ts'
import { toolTraits } from './tool-traits.ts'
import type { TraitBook } from './trait-book.ts'

/** Texts of one tool after which another one is no surprise. */
const VARIES = 4

/** The tools that a session's server lists, again and again. */
export class ToolList {
  readonly #book: TraitBook
  readonly #conceal: Conceal
  /** A list was told to its end in this session. */
  #complete = false
  /** The latest texts, by kind and tool. */
  readonly #latest = new Map<string, string>()
  readonly #variants = new Map<string, number>()

  constructor(book: TraitBook, conceal: Conceal) {
    this.#book = book
    this.#conceal = conceal
  }

  take({ tools, last, more }: ListedAnswer, at: number): readonly JournalEntry[] {
    const entries = tools.flatMap((tool) => this.#tool(tool, at))
    this.#complete ||= last
    return more ? [...entries, ...this.#book.beyond({ kind: 'tool' }, at)] : entries
  }

  #tool(listed: ListedTool, at: number): readonly JournalEntry[] {
    const { tool, texts } = toolTraits(listed, this.#conceal)
    const wasThere = this.#book.has(tool)
    const before = this.#book.known.of(tool)
    // The same session had it already, or had a list without it.
    const own = wasThere ? inSession(before) : before
    const any = this.#book.known.any(tool)
    const support = this.#complete ? inSession(any) : any
    const entries = this.#book.note({ trait: tool, at, weight: 'tool', support, seen: null })
    return [...entries, ...texts.flatMap((text) => this.#text(text, own, at))]
  }

  #text(trait: Trait, support: Support, at: number): readonly JournalEntry[] {
    const key = `${trait.kind}\n${trait.place}`
    const others = this.#book.known.at(trait.kind, trait.place)
    const before = this.#latest.get(key) ?? others.at(-1)?.detail ?? ''
    const after = trait.detail ?? ''
    const variants = (this.#variants.get(key) ?? others.length) + (this.#book.isNew(trait) ? 1 : 0)
    this.#variants.set(key, variants)
    this.#latest.set(key, after)
    return this.#book.note({
      ...{ trait, at, support, seen: null },
      weight: variants > VARIES ? 'tool-varies' : 'tool-text',
      difference: textDifference(before, after),
    })
  }
}

function inSession({ elsewhere, here }: Support): Support {
  return { elsewhere, here: Math.max(1, here) }
}
