import { nameShape, ODD } from '../model/name-shape.ts'

/** Names in one request that are told apart. */
const MAX_NAMES = 512
const MAX_DEPTH = 12

/** The names of members and form fields of one request's body, each once, by their shape. */
export class FieldNames {
  readonly #seen = new Set<string>()
  #container = ''
  #containerShape = ''
  #more = false

  /** Those so far. */
  get names(): ReadonlySet<string> {
    return this.#seen
  }

  /** There were more than are told apart. */
  get more(): boolean {
    return this.#more
  }

  /** A member of the object that the pointer leads to; null: a name that is too long to be one. */
  member(container: string, name: string | null): void {
    if (container !== this.#container) {
      this.#container = container
      this.#containerShape = container.split('/').slice(0, MAX_DEPTH).map(shapeOf).join('/')
    }
    this.#add(`${this.#containerShape}/${name === null ? ODD : shapeOf(name)}`)
  }

  /** Of a form or a part: `a[b][0]` and `a.b.0` lead inwards. */
  named(kind: 'form' | 'part', name: string): void {
    const segments = name.split(/[[\].]+/).filter((segment) => segment !== '')
    this.#add(`${kind}:${segments.slice(0, MAX_DEPTH).map(shapeOf).join('/')}`)
  }

  #add(name: string): void {
    if (this.#seen.size < MAX_NAMES) this.#seen.add(name)
    else this.#more ||= !this.#seen.has(name)
  }
}

/** The same few names come with every request. */
const known = new Map<string, string>([['', '']])
const MAX_KNOWN = 4096
/** Of those that are kept. */
const MAX_NAME = 64

function shapeOf(name: string): string {
  const shape = known.get(name)
  if (shape !== undefined) return shape
  if (known.size >= MAX_KNOWN) known.clear()
  const fresh = name === '' ? '' : nameShape(name)
  if (name.length <= MAX_NAME) known.set(name, fresh)
  return fresh
}
