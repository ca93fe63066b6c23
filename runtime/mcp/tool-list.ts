import { isUtf8 } from 'node:buffer'
import { readShape, type Shape, type ShapeNode } from './json-shape.ts'

const leaf: Shape = {}
const shapeOf = (members: Readonly<Record<string, Shape>>): Shape => ({
  members: new Map(Object.entries(members)),
})

const TOOL = shapeOf({ name: leaf, annotations: shapeOf({ readOnlyHint: leaf }) })
const MESSAGE: Shape = shapeOf({ id: leaf, result: shapeOf({ tools: { items: TOOL } }) })
/** One message, or a batch of them. */
const LINE: Shape = { ...MESSAGE, items: MESSAGE }

/** One tool as a server lists it. */
export interface ListedTool {
  /** Null where it has none that can be told. */
  readonly name: string | null
  /** Its annotations say beyond doubt that it only reads. */
  readonly reads: boolean
  /** In the line, from its first byte to the one behind its last. */
  readonly start: number
  readonly end: number
}

export interface ToolList {
  /** The array, brackets included. */
  readonly start: number
  readonly end: number
  readonly tools: readonly ListedTool[]
}

/**
 * The lists of tools in one line of a server's. `unclear`: clients may read it in different ways, or not at all;
 * `ids` are those of its answers as far as they are plain, as JSON text.
 */
export type LineLists =
  | { readonly kind: 'clear'; readonly lists: readonly ToolList[] }
  | { readonly kind: 'unclear'; readonly ids: readonly string[] }

/** Any result with a `tools` member counts, whatever was asked: a list may come under another call's id. */
export function readToolLists(line: Buffer): LineLists {
  const root = isUtf8(line) ? readShape(line, LINE) : null
  if (root === null || (root.kind !== 'object' && root.kind !== 'array')) return { kind: 'unclear', ids: [] }
  const messages = root.kind === 'array' ? root.items : [root]
  const ids = messages.flatMap((message) => (message.members.has('result') ? (idOf(message) ?? []) : []))
  const lists: ToolList[] = []
  for (const message of messages) {
    const result = message.members.get('result')
    const tools = result?.members.get('tools')
    if (message.doubtful || result?.doubtful === true) return { kind: 'unclear', ids }
    if (tools === undefined) continue
    if (tools.kind !== 'array' || tools.items.some(({ kind }) => kind !== 'object'))
      return { kind: 'unclear', ids }
    lists.push({ start: tools.start, end: tools.end, tools: tools.items.map(listed) })
  }
  return { kind: 'clear', lists }
}

function idOf(message: ShapeNode): string | null {
  const id = message.members.get('id')
  if (message.doubtful || id === undefined || id.text === null) return null
  if (id.kind === 'number') return id.text
  return id.kind === 'string' ? JSON.stringify(id.text) : null
}

function listed(tool: ShapeNode): ListedTool {
  const name = tool.members.get('name')
  const annotations = tool.members.get('annotations')
  const hint = annotations?.members.get('readOnlyHint')
  const clear = !tool.doubtful && annotations?.doubtful === false
  return {
    name: name?.kind === 'string' && !tool.doubtful ? name.text : null,
    reads: clear && hint?.kind === 'literal' && hint.text === 'true',
    start: tool.start,
    end: tool.end,
  }
}

/** The line with those tools alone in its lists that are `kept`; their bytes, and all beside the lists, stay as they are. */
export function withTools(
  line: Buffer,
  lists: readonly ToolList[],
  kept: (tool: ListedTool) => boolean,
): Buffer {
  if (lists.every(({ tools }) => tools.every(kept))) return line
  const parts: Buffer[] = []
  let at = 0
  for (const { start, end, tools } of lists) {
    parts.push(line.subarray(at, start + 1))
    tools.filter(kept).forEach((tool, index) => {
      if (index > 0) parts.push(Buffer.from(','))
      parts.push(line.subarray(tool.start, tool.end))
    })
    at = end - 1
  }
  parts.push(line.subarray(at))
  return Buffer.concat(parts)
}
