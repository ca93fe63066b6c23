import { type JsonEvents, JsonReader, type ScalarKind } from './json-reader.ts'

/** Which members of an object, and the items of an array, are wanted; all else is passed over. */
export interface Shape {
  readonly members?: ReadonlyMap<string, Shape>
  readonly items?: Shape
}

export interface ShapeNode {
  readonly kind: 'object' | 'array' | ScalarKind
  /** Of a scalar; null where it is longer than a reader tells. */
  readonly text: string | null
  /** Of an object or array: its first byte, and the one behind its last, from the line's beginning. */
  readonly start: number
  end: number
  readonly members: Map<string, ShapeNode>
  readonly items: ShapeNode[]
  /** A wanted name is there twice, or another that some parsers take for it: clients and servers may differ. */
  doubtful: boolean
}

const MAX_DEPTH = 8
/** More than any honest message has of what is wanted. */
const MAX_NODES = 100_000

/**
 * What is wanted of one line; null where it is no JSON text from end to end, or has too much of it, or a carriage return
 * in it, which many take for the end of a line (Python's text streams, Node's readline): what stands behind it is a
 * message of its own then.
 */
export function readShape(line: Buffer, shape: Shape): ShapeNode | null {
  if (endsWithin(line)) return null
  const finder = new ShapeFinder(shape)
  const reader = new JsonReader(finder, MAX_DEPTH)
  reader.push(line)
  if (line.at(-1) !== NEWLINE) reader.push(Buffer.from([NEWLINE]))
  return finder.found
}

const NEWLINE = 0x0a
const RETURN = 0x0d

/** Whether a carriage return stands before anything but blanks. */
function endsWithin(line: Buffer): boolean {
  const first = line.indexOf(RETURN)
  return first >= 0 && line.subarray(first).some((byte) => byte > 0x20)
}

interface Open {
  readonly node: ShapeNode
  readonly shape: Shape
}

class ShapeFinder implements JsonEvents {
  readonly #shape: Shape
  /** Null for what is passed over. */
  readonly #open: (Open | null)[] = []
  #name: string | null = null
  #root: ShapeNode | null = null
  #nodes = 0
  found: ShapeNode | null = null

  constructor(shape: Shape) {
    this.#shape = shape
  }

  wants(what: 'name' | 'scalar'): boolean {
    if (what === 'scalar') return this.#wanted() !== undefined
    return this.#open.at(-1)?.shape.members !== undefined
  }

  name(text: string | null): void {
    const top = this.#open.at(-1)
    this.#name = null
    if (top === null || top === undefined || text === null) return
    const { node, shape } = top
    if (shape.members?.has(text) === true) {
      this.#name = text
      node.doubtful ||= node.members.has(text)
    } else if (shape.members !== undefined && folds(text, shape.members)) node.doubtful = true
  }

  scalar(kind: ScalarKind, text: string | null): void {
    if (this.#wanted() !== undefined) this.#add(kind, text, 0)
    this.#name = null
  }

  opened(kind: 'object' | 'array', at: number): void {
    const shape = this.#wanted()
    const node = shape === undefined ? null : this.#add(kind, null, at)
    this.#open.push(node === null || shape === undefined ? null : { node, shape })
    this.#name = null
  }

  closed(at: number): void {
    const ended = this.#open.pop()
    if (ended !== null && ended !== undefined) ended.node.end = at + 1
    this.#name = null
  }

  lineEnded(isJson: boolean): void {
    if (isJson && this.#nodes <= MAX_NODES) this.found = this.#root
  }

  /** The shape of the value that begins here. */
  #wanted(): Shape | undefined {
    if (this.#open.length === 0) return this.#shape
    const top = this.#open.at(-1)
    if (top === null || top === undefined) return undefined
    if (top.node.kind === 'array') return top.shape.items
    return this.#name === null ? undefined : top.shape.members?.get(this.#name)
  }

  #add(kind: ShapeNode['kind'], text: string | null, start: number): ShapeNode | null {
    if (++this.#nodes > MAX_NODES) return null
    const node: ShapeNode = {
      ...{ kind, text, start, end: start, members: new Map(), items: [], doubtful: false },
    }
    const top = this.#open.at(-1)
    if (top === undefined) this.#root = node
    else if (top?.node.kind === 'array') top.node.items.push(node)
    else if (this.#name !== null) top?.node.members.set(this.#name, node)
    return node
  }
}

/** Go's parser takes names in whatever case, by Unicode's rules: `paramſ` too. */
export function fold(text: string): string {
  return text.normalize('NFKC').toUpperCase().toLowerCase()
}

function folds(text: string, names: ReadonlyMap<string, unknown>): boolean {
  const folded = fold(text)
  for (const name of names.keys()) if (name.toLowerCase() === folded) return true
  return false
}
