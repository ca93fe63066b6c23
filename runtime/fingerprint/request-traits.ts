import type { Destination } from '../model/destination.ts'
import type { FlowRecord, HttpRequestRecord } from '../model/flow.ts'
import type { JournalEntry } from '../model/journal.ts'
import { ODD } from '../model/name-shape.ts'
import type { RequestFields, Trait } from '../model/traits.ts'
import type { Action } from '../model/verdict.ts'
import { isRecipient } from '../payload/name-roles.ts'
import type { DriftPlace } from '../policy/drift-alerts.ts'
import type { Conceal } from './conceal.ts'
import { placeOf } from './host-shape.ts'
import { fieldName, fieldSegments, pathName, pathOfName, pathSegments, queryNames } from './request-shape.ts'
import { ShapeTree } from './shape-tree.ts'
import type { TraitBook } from './trait-book.ts'

/** Children that are told apart: methods, then segments of a path. */
const PATH_LIMITS = [24, 48, 24]
/** Kinds of fields, then names of one object. */
const FIELD_LIMITS = [8, 64, 48, 32]
/** Where a path leaves so many others, names vary there. */
const VARYING = 4
/** Requests that were looked at: the same one again shows nothing more. Forgotten beyond, which changes nothing. */
const MAX_MET = 4096
/** Flows that are remembered for the requests in them. */
const MAX_FLOWS = 4096

/** Kinds of requests, and the fields of each kind. */
export class RequestTraits {
  readonly #book: TraitBook
  readonly #conceal: Conceal
  readonly #flows = new Map<string, Destination>()
  /** By place. */
  readonly #paths = new Map<string, ShapeTree>()
  readonly #fields = new Map<string, ShapeTree>()
  readonly #met = new Set<string>()

  constructor(book: TraitBook, conceal: Conceal) {
    this.#book = book
    this.#conceal = conceal
  }

  flow({ id, address, port, transport, name, nameSource }: FlowRecord): void {
    this.#flows.set(id, { address, port, transport, name, nameSource })
    if (this.#flows.size <= MAX_FLOWS) return
    for (const oldest of this.#flows.keys()) {
      this.#flows.delete(oldest)
      return
    }
  }

  destination(flow: string): Destination | null {
    return this.#flows.get(flow) ?? null
  }

  request(request: HttpRequestRecord): readonly JournalEntry[] {
    const destination = this.destination(request.flow)
    if (destination === null) return this.#book.beyond({ kind: 'path' }, request.at)
    const place = placeOf(destination)
    const { method, path: written, at } = request
    const asWritten = `${place} ${method} ${written}`
    if (this.#met.has(asWritten)) return []
    if (this.#met.size >= MAX_MET) this.#met.clear()
    this.#met.add(asWritten)
    const seen = placed(request, destination, request.action)
    const { segments, siblings, isNew } = this.#path(place, request)
    const path: Trait = { kind: 'path', place, name: pathName(segments), detail: null }
    const weight = !isNew ? null : siblings >= VARYING ? 'alike' : 'request'
    const entries = this.#book.note({ trait: path, at, weight, support: this.#book.known.any(path), seen })
    return [...entries, ...queryNames(request.path).flatMap((name) => this.#field(path, name, at, seen))]
  }

  fields({ request, at, action, names, more }: RequestFields): readonly JournalEntry[] {
    const destination = this.destination(request.flow)
    if (destination === null) return this.#book.beyond({ kind: 'field' }, at)
    const seen = placed(request, destination, action)
    const place = placeOf(destination)
    const path = { kind: 'path', place, name: pathName(this.#path(place, request).segments) } as const
    const entries = names.flatMap((name) => this.#field(path, name, at, seen))
    return more ? [...entries, ...this.#book.beyond({ kind: 'field' }, at)] : entries
  }

  #path(place: string, { method, path }: HttpRequestRecord) {
    const tree = this.#tree(this.#paths, place, () => {
      const kept = this.#book.known.at('path', place).map(({ name }) => pathOfName(name))
      return new ShapeTree({ limits: PATH_LIMITS, kept })
    })
    const [verb = '', ...segments] = pathSegments(method, path)
    return tree.add([
      verb,
      ...segments.map((segment) => (this.#conceal(segment) === segment ? segment : ODD)),
    ])
  }

  #field(
    path: Pick<Trait, 'kind' | 'place' | 'name'>,
    name: string,
    at: number,
    seen: DriftPlace,
  ): readonly JournalEntry[] {
    const place = `${path.place} ${path.name}`
    const tree = this.#tree(this.#fields, place, () => {
      const kept = this.#book.known.at('field', place).map((field) => fieldSegments(field.name))
      return new ShapeTree({ limits: FIELD_LIMITS, keeps: (segment) => isRecipient([segment], false), kept })
    })
    const bare = fieldSegments(name).map((segment) => (this.#conceal(segment) === segment ? segment : ODD))
    const { segments, isNew } = tree.add(bare)
    const trait: Trait = { kind: 'field', place, name: fieldName(segments), detail: null }
    const weight = isRecipient(segments.slice(1), false) ? 'recipient' : 'request'
    // One that says where something is sent to is not hidden by a new object around it.
    const support = this.#book.known.of(weight === 'recipient' ? path : this.#parent(path, segments))
    return this.#book.note({ trait, at, weight: isNew ? weight : null, support, seen })
  }

  /** What a field is within: another one, or its kind of request. Where that is new, it is news enough. */
  #parent(path: Pick<Trait, 'kind' | 'place' | 'name'>, segments: readonly string[]) {
    const outer = segments.slice(0, -1)
    while (outer.at(-1) === '{n}') outer.pop()
    if (outer.length < 2 || outer[0] === 'part') return path
    const field = { kind: 'field', place: `${path.place} ${path.name}`, name: fieldName(outer) } as const
    return this.#book.known.has(field) || this.#book.has(field) ? field : path
  }

  #tree(trees: Map<string, ShapeTree>, place: string, make: () => ShapeTree): ShapeTree {
    const there = trees.get(place)
    if (there !== undefined) return there
    const tree = make()
    trees.set(place, tree)
    return tree
  }
}

function placed(request: HttpRequestRecord, destination: Destination, action: Action): DriftPlace {
  return {
    destination,
    action,
    attribution: request.attribution,
    ids: { request: request.id, flow: request.flow },
  }
}
