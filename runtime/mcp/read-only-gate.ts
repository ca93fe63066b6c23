import { escapeText } from '../model/text.ts'
import { readAskedLine } from './asked-calls.ts'
import { readToolLists, withTools } from './tool-list.ts'

/** JSON-RPC's and MCP's codes: an unknown tool is "Invalid params" there, and a hidden one is not known. */
const PARSE_ERROR = -32700
const INVALID_REQUEST = -32600
const INVALID_PARAMS = -32602
const INTERNAL_ERROR = -32603

const MAX_TOOLS = 10_000
const MAX_NAME = 64

/** A call that was not passed on. */
export interface RefusedCall {
  /** As JSON text; null where it has none. */
  readonly id: string | null
  /** As the client named it; null where that cannot be told. */
  readonly tool: string | null
}

export interface GateOptions {
  readonly onRefused: (call: RefusedCall) => void
  /** Called when the numbers change: of the tools that were listed in this session, so many are hidden. */
  readonly onHidden: (count: { readonly hidden: number; readonly listed: number }) => void
  /** A line was not passed on, since it is not beyond doubt what it says. */
  readonly onUnclear: (from: 'client' | 'server') => void
}

/** What goes on of a client's line, and what it is answered in the server's place. */
export interface Admitted {
  readonly toServer: Buffer
  readonly answer: Buffer | null
}

export interface ReadOnlyGate {
  fromClient(line: Buffer): Admitted
  /** What the client gets of a server's line: all of it, less the tools that are hidden. */
  fromServer(line: Buffer): Buffer
}

/**
 * Lets those calls alone pass whose tool the server has listed as one that only reads. What was once listed otherwise,
 * in whatever list, stays refused: names that are listed twice, and tools that change, are not called. The server's
 * word opens nothing beyond itself, since what it sends is judged on its way as well.
 */
export function createReadOnlyGate({ onRefused, onHidden, onUnclear }: GateOptions): ReadOnlyGate {
  /** By name, whether every list so far says that it only reads. */
  const tools = new Map<string, boolean>()
  const reads = (name: string | null): boolean =>
    name !== null && !LONE_SURROGATE.test(name) && tools.get(name) === true

  const note = (name: string | null, read: boolean): void => {
    if (name !== null && (tools.has(name) || tools.size < MAX_TOOLS))
      tools.set(name, read && tools.get(name) !== false)
  }
  const whyRefused = (tool: string | null): string => {
    const shown = tool === null ? 'this tool' : `"${escapeText(tool, MAX_NAME)}"`
    if (tool !== null && tools.has(tool))
      return `${shown} does not say that it only reads (readOnlyHint). The call was not made.`
    return `the server has not listed ${shown} as a tool that only reads; list its tools first. The call was not made.`
  }

  return {
    fromClient: (line) => {
      if (isBlank(line)) return { toServer: line, answer: null }
      const asked = readAskedLine(line)
      if (asked === null) {
        onUnclear('client')
        return refused(
          [errorText(null, PARSE_ERROR, 'this is not JSON that every server reads alike.')],
          false,
        )
      }
      const { messages, isBatch } = asked
      const bad = messages.filter(({ kind, tool }) => kind === 'unclear' || (kind === 'call' && !reads(tool)))
      if (bad.length === 0) return { toServer: line, answer: null }
      for (const { id, kind, tool } of bad) {
        if (kind === 'call') onRefused({ id, tool })
        else onUnclear('client')
      }
      // A batch goes on as a whole or not at all.
      const answers = messages.flatMap((message) => {
        const { id, kind, tool } = message
        if (id === null) return []
        if (!bad.includes(message))
          return [
            errorText(
              id,
              INVALID_REQUEST,
              'another call of its batch was refused, and nothing of it was sent.',
            ),
          ]
        return kind === 'call'
          ? [errorText(id, INVALID_PARAMS, whyRefused(tool))]
          : [errorText(id, INVALID_REQUEST, 'servers may read this message in more than one way.')]
      })
      return refused(answers, isBatch)
    },
    fromServer: (line) => {
      if (isBlank(line)) return line
      const found = readToolLists(line)
      if (found.kind === 'unclear') {
        onUnclear('server')
        const text = "the server's answer can be read in more than one way, and was not passed on."
        const errors = found.ids.map((id) => errorText(id, INTERNAL_ERROR, text))
        return errors.length === 0 ? NOTHING : Buffer.from(errors.map((error) => `${error}\n`).join(''))
      }
      const listed = found.lists.flatMap(({ tools: all }) => all)
      if (listed.length === 0) return line
      for (const { name, reads: read } of listed) note(name, read)
      const hidden = [...tools.values()].filter((read) => !read).length
      onHidden({ hidden, listed: tools.size })
      return withTools(line, found.lists, ({ name }) => reads(name))
    },
  }
}

/** Written as UTF-8 it is another character: two names would be one. */
const LONE_SURROGATE = /\p{Cs}/u

const NOTHING = Buffer.alloc(0)

function refused(answers: readonly string[], isBatch: boolean): Admitted {
  if (answers.length === 0) return { toServer: NOTHING, answer: null }
  const text = isBatch ? `[${answers.join(',')}]` : answers.join('')
  return { toServer: NOTHING, answer: Buffer.from(`${text}\n`) }
}

/** `id`: JSON text, as the client wrote it. */
function errorText(id: string | null, code: number, message: string): string {
  const error = {
    code,
    message: `mcp-run: this session is read-only: ${message}`,
    data: { reason: 'read-only' },
  }
  return `{"jsonrpc":"2.0","id":${id ?? 'null'},"error":${JSON.stringify(error)}}`
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a)
}
