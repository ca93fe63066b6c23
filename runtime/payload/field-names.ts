import { nameShape, ODD } from '../model/name-shape.ts'
import { isRecipient } from './name-roles.ts'

/** Names in one request that are told apart, and of those that say where something is sent to as many again. */
const MAX_NAMES = 512
/** Of a form's name. */
const MAX_SEGMENTS = 12
/** Characters of what a name is within; deeper ones count as if they stood there. */
const MAX_SHAPE = 256
/** Objects that are remembered by their pointers, and names of one. */
const MAX_PLACES = 256
const MAX_WRITTEN = 1024

/** Objects of one shape. */
interface Place {
  readonly shape: string
  /** Names that were seen there, as they were written. */
  readonly written: Set<string>
}

/** The names of members and form fields of one request's body, each once, by their shape. */
export class FieldNames {
  readonly #seen = new Set<string>()
  readonly #root: Place = { shape: '', written: new Set() }
  readonly #byPointer = new Map<string, Place>()
  readonly #byShape = new Map<string, Place>([['', this.#root]])
  #latest = ''
  #latestPlace = this.#root
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
  member(pointer: string, name: string | null): void {
    if (pointer !== this.#latest) {
      this.#latest = pointer
      this.#latestPlace = this.#place(pointer)
    }
    const { shape, written } = this.#latestPlace
    // Rows of a table have the same names over and over.
    if (name !== null && written.has(name)) return
    if (name !== null && written.size < MAX_WRITTEN) written.add(name)
    const own = name === null ? ODD : nameShape(name)
    this.#add(`${shape}/${own}`, own)
  }

  /** Of a form or a part: `a[b][0]` and `a.b.0` lead inwards. */
  named(kind: 'form' | 'part', name: string): void {
    const segments = name.split(/[[\].]+/).filter((segment) => segment !== '')
    const shapes = segments.slice(0, MAX_SEGMENTS).map(nameShape)
    this.#add(`${kind}:${shapes.join('/')}`, shapes.at(-1) ?? '')
  }

  #place(pointer: string): Place {
    if (pointer === '') return this.#root
    const known = this.#byPointer.get(pointer)
    if (known !== undefined) return known
    const last = pointer.lastIndexOf('/')
    const outer = this.#place(pointer.slice(0, last))
    const place = outer.shape.length > MAX_SHAPE ? outer : this.#within(outer, pointer.slice(last + 1))
    if (this.#byPointer.size >= MAX_PLACES) this.#byPointer.clear()
    this.#byPointer.set(pointer, place)
    return place
  }

  #within({ shape: outer }: Place, name: string): Place {
    const shape = `${outer}/${nameShape(name)}`
    const known = this.#byShape.get(shape)
    if (known !== undefined) return known
    const place: Place = { shape, written: new Set() }
    if (this.#byShape.size < MAX_PLACES) this.#byShape.set(shape, place)
    return place
  }

  #add(name: string, last: string): void {
    const { size } = this.#seen
    if (size < MAX_NAMES || (size < 2 * MAX_NAMES && isRecipient([last], false))) this.#seen.add(name)
    else this.#more ||= !this.#seen.has(name)
  }
}
