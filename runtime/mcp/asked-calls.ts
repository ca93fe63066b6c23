import { isUtf8 } from 'node:buffer'
import { fold, readShape, type Shape, type ShapeNode } from './json-shape.ts'

const leaf: Shape = {}
const MESSAGE: Shape = {
  members: new Map<string, Shape>([
    ['method', leaf],
    ['id', leaf],
    ['params', { members: new Map([['name', leaf]]) }],
  ]),
}
/** One message, or a batch of them. */
const LINE: Shape = { ...MESSAGE, items: MESSAGE }

/** One message of a client's, as far as a read-only session has to know it. */
export interface AskedMessage {
  /** As JSON text, as it was written; null: a notification, or an answer of the client's. */
  readonly id: string | null
  readonly kind:
    | 'call'
    /** It asks for no call. */
    | 'other'
    /** Servers may read it in different ways, or it asks for a call in a way that is not known. */
    | 'unclear'
  /** Of a call; null where there is none that can be told. */
  readonly tool: string | null
}

export interface AskedLine {
  readonly messages: readonly AskedMessage[]
  readonly isBatch: boolean
}

/** What a client asks for in one line; null where that is not JSON as every server reads it. */
export function readAskedLine(line: Buffer): AskedLine | null {
  const root = isUtf8(line) ? readShape(line, LINE) : null
  if (root === null) return null
  const isBatch = root.kind === 'array'
  return { isBatch, messages: (isBatch ? root.items : [root]).map(asked) }
}

function asked(message: ShapeNode): AskedMessage {
  const { members, doubtful } = message
  const params = members.get('params')
  const id = doubtful ? null : idOf(members.get('id'))
  if (message.kind !== 'object' || doubtful || params?.doubtful === true)
    return { id, kind: 'unclear', tool: null }
  const method = members.get('method')
  if (method === undefined) return { id, kind: 'other', tool: null }
  if (method.kind !== 'string' || method.text === null) return { id, kind: 'unclear', tool: null }
  if (method.text === 'tools/call') {
    const name = params?.members.get('name')
    return { id, kind: 'call', tool: name?.kind === 'string' ? name.text : null }
  }
  const isTools = plain(method.text).startsWith('tools/') && method.text !== 'tools/list'
  return { id, kind: isTools ? 'unclear' : 'other', tool: null }
}

/** For servers that look at a method's name less closely. */
function plain(method: string): string {
  return fold(method).replace(/[\s\p{C}]/gu, '')
}

function idOf(id: ShapeNode | undefined): string | null {
  if (id === undefined || id.text === null) return null
  if (id.kind === 'string') return JSON.stringify(id.text)
  return id.kind === 'number' ? id.text : null
}
