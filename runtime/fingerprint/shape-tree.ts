interface Node {
  readonly children: Map<string, Node>
  /** Its children vary without bound: they are one. */
  wide: boolean
  ends: boolean
}

export interface ShapeTreeOptions {
  /** Children that are told apart, by depth; the last number is for all below. */
  readonly limits: readonly number[]
  /** Whether a segment is told apart whatever is beside it. */
  readonly keeps?: (segment: string) => boolean
  /** Ways that are there from the start, as `add` gave them. */
  readonly kept?: readonly (readonly string[])[]
}

export interface Placed {
  /** `*` stands for segments that vary without bound. */
  readonly segments: readonly string[]
  /** Nothing of this shape was there. */
  readonly isNew: boolean
  /** Where it leaves what was there: how many others there were. */
  readonly siblings: number
}

/**
 * Ways of segments, as of paths. Where more segments follow one way than are told apart, they are folded into one, with
 * all that followed them: what was known stays known.
 */
export class ShapeTree {
  readonly #limits: readonly number[]
  readonly #keeps: (segment: string) => boolean
  readonly #root = newNode()

  constructor({ limits, keeps = () => false, kept = [] }: ShapeTreeOptions) {
    this.#limits = limits
    this.#keeps = keeps
    for (const way of kept) this.add(way)
  }

  add(segments: readonly string[]): Placed {
    let node = this.#root
    let siblings: number | null = null
    const placed: string[] = []
    for (const [depth, segment] of segments.entries()) {
      const found = this.#find(node, segment)
      if (found === null) {
        siblings ??= node.children.size
        this.#grow(node, segment, depth)
      }
      const [name, next] = found ?? this.#find(node, segment) ?? [segment, newNode()]
      placed.push(name)
      node = next
    }
    const isNew = !node.ends
    node.ends = true
    return { segments: placed, isNew, siblings: siblings ?? 0 }
  }

  #find({ children, wide }: Node, segment: string): readonly [string, Node] | null {
    const own = children.get(segment)
    if (own !== undefined) return [segment, own]
    const all = wide && !this.#keeps(segment) ? children.get(WIDE) : undefined
    return all === undefined ? null : [WIDE, all]
  }

  #grow(node: Node, segment: string, depth: number): void {
    node.children.set(segment, newNode())
    if (segment === WIDE || node.children.size > this.#limit(depth)) this.#fold(node, depth)
  }

  #fold(node: Node, depth: number): void {
    node.wide = true
    const all = node.children.get(WIDE) ?? newNode()
    node.children.set(WIDE, all)
    for (const [name, child] of node.children) {
      if (child === all || (this.#keeps(name) && node.children.size <= 2 * this.#limit(depth))) continue
      node.children.delete(name)
      this.#merge(all, child, depth + 1)
    }
  }

  #merge(into: Node, from: Node, depth: number): void {
    into.ends ||= from.ends
    for (const [name, child] of from.children) {
      const there = into.children.get(name)
      if (there === undefined) into.children.set(name, child)
      else this.#merge(there, child, depth + 1)
    }
    if (from.wide || into.wide || into.children.size > this.#limit(depth)) this.#fold(into, depth)
  }

  #limit(depth: number): number {
    return this.#limits[depth] ?? this.#limits.at(-1) ?? 0
  }
}

const WIDE = '*'

function newNode(): Node {
  return { children: new Map(), wide: false, ends: false }
}
