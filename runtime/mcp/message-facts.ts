import type { ScalarKind } from './json-reader.ts'

/** What is to be known of one JSON-RPC message. Absent: not there, of another type, or too long. */
export interface MessageFacts {
  method?: string | undefined
  /** As JSON text, so that 1 and "1" differ; `3.0` and `3e0` are the number 3, as clients read them. */
  id?: string | undefined
  /** It has a `result` or an `error`. */
  isResponse: boolean
  /**
   * It is a response that no client could read otherwise: `jsonrpc`, `id` and `result` or `error`, each once, of the
   * right types, and nothing beside them.
   */
  isAnswer: boolean
  /** It stands in a batch (revision 2025-03-26). */
  inBatch: boolean
  /** `params.name`, of tools/call. */
  name?: string | undefined
  /** `params.level`, of logging/setLevel. */
  level?: string | undefined
  /** `params.requestId`, of notifications/cancelled; as `id`. */
  requestId?: string | undefined
  /** `params._meta["io.modelcontextprotocol/protocolVersion"]`. */
  protocolVersion?: string | undefined
  /** `params._meta["io.modelcontextprotocol/logLevel"]`. */
  logLevel?: string | undefined
}

export type ScalarFact =
  | Exclude<keyof MessageFacts, 'isResponse' | 'isAnswer' | 'inBatch'>
  | 'jsonrpc'
  | 'errorCode'
  | 'errorMessage'

/** Which members of an object matter, and what they are. A map, since a message may name `__proto__`. */
export type Wanted = ReadonlyMap<string, ScalarFact | Wanted>

const META: Wanted = new Map<string, ScalarFact>([
  ['io.modelcontextprotocol/protocolVersion', 'protocolVersion'],
  ['io.modelcontextprotocol/logLevel', 'logLevel'],
])

const PARAMS: Wanted = new Map<string, ScalarFact | Wanted>([
  ['name', 'name'],
  ['level', 'level'],
  ['requestId', 'requestId'],
  ['_meta', META],
])

export const RESULT: Wanted = new Map()

export const ERROR: Wanted = new Map<string, ScalarFact>([
  ['code', 'errorCode'],
  ['message', 'errorMessage'],
])

export const MESSAGE: Wanted = new Map<string, ScalarFact | Wanted>([
  ['jsonrpc', 'jsonrpc'],
  ['method', 'method'],
  ['id', 'id'],
  ['result', RESULT],
  ['error', ERROR],
  ['params', PARAMS],
])

/** All members from the start: facts are made for every line, and objects of one shape are quick. */
export function noFacts(): MessageFacts {
  return {
    method: undefined,
    id: undefined,
    isResponse: false,
    isAnswer: false,
    inBatch: false,
    name: undefined,
    level: undefined,
    requestId: undefined,
    protocolVersion: undefined,
    logLevel: undefined,
  }
}

/** The value of a member that was found, if its type is right. */
export function factOf(fact: ScalarFact, kind: ScalarKind, text: string | null): string | undefined {
  // That it is a string is all that matters of it, however long.
  if (fact === 'errorMessage') return kind === 'string' ? '' : undefined
  if (text === null) return undefined
  if (fact === 'errorCode') return kind === 'number' ? text : undefined
  if (fact === 'id' || fact === 'requestId') {
    if (kind === 'number') return numberText(text)
    return kind === 'string' ? JSON.stringify(text) : undefined
  }
  return kind === 'string' ? text : undefined
}

/** One text for one number, as far as every parser reads it as the same. */
function numberText(text: string): string {
  const value = Number(text)
  return Number.isSafeInteger(value) ? String(value) : text
}
